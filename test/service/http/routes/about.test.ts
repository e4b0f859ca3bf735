// GET /v1
import t from 'tap';
import { buildTestApp } from '../../../support/build-app.ts';
import { call } from '../../../support/inject.ts';

t.test('the service says what it is, which store it has, and every limit', async (t) => {
  const { app } = await buildTestApp(t, { bounds: { ttlMsMin: 2_000, ttlMsMax: 4_000 }, version: '9.9.9', eventStreamsMax: 7 });
  const answer = await call(app, { url: '/v1' });
  t.equal(answer.statusCode, 200);
  t.strictSame(answer.json(), {
    name: 'holdfast',
    version: '9.9.9',
    features: ['leases', 'waiting', 'heartbeats', 'yield', 'fence', 'replies', 'events'],
    storeId: 'st_memory',
    store: { kind: 'embedded', acceptedRisks: [] },
    limits: {
      ttlMsMin: 2_000,
      ttlMsMax: 4_000,
      waitMsMax: 60_000,
      maxHoldMsMax: 604_800_000,
      graceMsMax: 3_600_000,
      waitersMax: 1_000,
      heartbeatsMax: 1_000,
      sessionKeyBytesMax: 512,
      holderCharsMax: 128,
      reasonCharsMax: 512,
      metadataBytesMax: 4_096,
      bodyBytesMax: 65_536,
      heartbeatsBodyBytesMax: 2_097_152,
      parkBodyBytesMax: 2_097_152,
      payloadBytesMax: 262_144,
      payloadDepthMax: 200,
      repliesMax: 1_000,
      repliesBytesMax: 16_777_216,
      replyIdCharsMax: 128,
      contentTypeCharsMax: 128,
      errorBytesMax: 2_048,
      expiresInMsMax: 604_800_000,
      retryAfterMsMax: 86_400_000,
      listLimitMax: 1_000,
      eventsKeptMax: 10_000,
      eventStreamsMax: 7,
    },
  });
});

t.test('risks that were accepted by name are told as they are now, with what they cost', async (t) => {
  const { app, store } = await buildTestApp(t);
  store.acceptedRisks = [{ name: 'fsync', cost: 'Power may take grants back.' }];
  t.strictSame((await call(app, { url: '/v1' })).json().store, { kind: 'embedded', acceptedRisks: [{ name: 'fsync', cost: 'Power may take grants back.' }] });
  store.acceptedRisks = [];
  t.strictSame((await call(app, { url: '/v1' })).json().store.acceptedRisks, []);
});
