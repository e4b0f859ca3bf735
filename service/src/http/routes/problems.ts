/** `GET /problems/{code}`: what the `type` of a problem document points at. It needs no key. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import fp from 'fastify-plugin';
import { ERRORS, HoldfastError, type ErrorCode } from '../../session/errors.ts';
import { PROBLEMS_PATH, STATUSES } from '../problem.ts';
import { codeParams, noQuery } from '../schemas/parameters.ts';
import { ref } from '../schemas/ref.ts';
import type { ProblemKind } from '../schemas/service-answers.ts';

const schema = {
  operationId: 'explainProblem',
  summary: 'Explain a kind of problem',
  tags: ['service'],
  security: [],
  params: codeParams,
  querystring: noQuery,
  response: { 200: ref<ProblemKind>('ProblemKind', 'The kind of problem.') },
};

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

const problemsRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(`${PROBLEMS_PATH}:code`, { schema, config: { errors: ['request-invalid', 'misdirected', 'not-found'] } }, async (request) => {
    const { code } = request.params;
    if (!isErrorCode(code)) throw new HoldfastError('not-found', `There is no problem of the code ${JSON.stringify(code)}.`);
    return { code, status: STATUSES[code], ...ERRORS[code] };
  });
};

export default fp(problemsRoute, { name: 'problems-route', dependencies: ['schemas', 'problems'] });
