/** Registers every schema that has a name, so that routes can refer to it. */
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import type { HttpParts } from '../parts.ts';
import * as answers from '../schemas/answers.ts';
import * as problems from '../schemas/problems.ts';
import * as replyAnswers from '../schemas/reply-answers.ts';
import * as replyRequests from '../schemas/reply-requests.ts';
import * as requests from '../schemas/requests.ts';
import * as serviceAnswers from '../schemas/service-answers.ts';

const schemas: FastifyPluginAsync<Pick<HttpParts, 'bounds'>> = async (app, { bounds }) => {
  const named = [
    requests.acquireRequest(bounds),
    requests.renewRequest(bounds),
    requests.heartbeatsRequest(bounds),
    requests.yieldRequest,
    requests.revokeRequest,
    replyRequests.parkRequest,
    replyRequests.attemptRequest,
    replyRequests.replayRequest,
    replyRequests.discardRequest,
    answers.grant,
    answers.renewal,
    answers.heartbeatResults,
    answers.sessionState,
    answers.leaseList,
    answers.yieldAnswer,
    answers.revokeAnswer,
    answers.fenceVerdict,
    replyAnswers.reply,
    replyAnswers.replyWithPayload,
    replyAnswers.replyList,
    serviceAnswers.about,
    serviceAnswers.health,
    serviceAnswers.readiness,
    serviceAnswers.problemKind,
    problems.problem,
    problems.leaseHeldProblem,
    problems.leaseLostProblem,
    problems.waitersFullProblem,
    problems.replySettledProblem,
    problems.replyNotNextProblem,
    problems.attemptSupersededProblem,
    problems.repliesFullProblem,
    problems.quotaExceededProblem,
    problems.payloadTooLargeProblem,
    problems.forbiddenProblem,
    problems.rateLimitedProblem,
    problems.notReadyProblem,
  ];
  for (const schema of named) app.addSchema(schema);
};

export default fp(schemas, { name: 'schemas' });
