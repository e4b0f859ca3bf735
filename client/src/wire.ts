/** The bodies that go over the wire, by the names of `openapi.yaml`, from which they are generated. */
import type { components } from './generated/wire.ts';

type Schemas = components['schemas'];

export type AcquireRequest = Schemas['AcquireRequest'];
export type RenewRequest = Schemas['RenewRequest'];
export type HeartbeatsRequest = Schemas['HeartbeatsRequest'];
export type YieldRequestBody = Schemas['YieldRequest'];
export type RevokeRequest = Schemas['RevokeRequest'];
export type Grant = Schemas['Grant'];
export type Renewal = Schemas['Renewal'];
export type HeartbeatResult = Schemas['HeartbeatResults']['results'][number];
export type SessionState = Schemas['SessionState'];
export type LeaseList = Schemas['LeaseList'];
export type YieldAnswer = Schemas['YieldAnswer'];
export type RevokeAnswer = Schemas['RevokeAnswer'];
export type FenceAnswer = Schemas['FenceVerdict'];
export type ParkRequest = Schemas['ParkRequest'];
export type AttemptRequest = Schemas['AttemptRequest'];
export type Reply = Schemas['Reply'];
export type ReplyWithPayload = Schemas['ReplyWithPayload'];
export type ReplyList = Schemas['ReplyList'];
export type Problem = Schemas['Problem'];
export type LeaseHeldProblem = Schemas['LeaseHeldProblem'];
export type LeaseLostProblem = Schemas['LeaseLostProblem'];
export type QuotaExceededProblem = Schemas['QuotaExceededProblem'];
export type ReplySettledProblem = Schemas['ReplySettledProblem'];
export type ReplyNotNextProblem = Schemas['ReplyNotNextProblem'];
export type AttemptSupersededProblem = Schemas['AttemptSupersededProblem'];
