/** The channel's own faults strike replies for which they mean what they are to show. */
import t from 'tap';
import { planChannel } from '../../../demo/workload/plan-channel.ts';
import { type PlannedMessage, planWorkload } from '../../../demo/workload/plan.ts';

for (const seed of [1, 2, 3]) {
  const workload = planWorkload({ seed, scale: 100, sessions: 28 });
  const { refusedMessageId, swallowedMessageId } = planChannel(workload);
  const sentAfter = (messageId: string): readonly string[] => {
    const message = workload.find((each) => each.messageId === messageId);
    return message ? workload.filter(({ session, sequence }) => session === message.session && sequence > message.sequence).map((each) => each.messageId) : ['unknown'];
  };

  t.test(`seed ${seed}: the chat whose reply is refused goes on`, async (t) => t.not(sentAfter(refusedMessageId).length, 0));
  t.test(`seed ${seed}: the chat whose answer is lost is over, so that only the courier is left`, async (t) => t.strictSame(sentAfter(swallowedMessageId), []));
  t.test(`seed ${seed}: the same workload has the same faults`, async (t) => t.strictSame(planChannel(workload), { refusedMessageId, swallowedMessageId }));
}

t.test('a chat that ends with the refused reply would show nothing, so the next one is taken', async (t) => {
  const message = (session: string, sequence: number, sendAtMs: number): PlannedMessage => ({
    messageId: `${session}${sequence}`, session, sequence, sendAtMs, gateway: 'gateway-a', provider: { resetAfterMs: [], answerAfterMs: 1 },
  });
  const workload = [message('a', 1, 0), message('b', 1, 1), message('c', 1, 2), message('c', 2, 3), message('a', 2, 4)];
  t.strictSame(planChannel(workload), { refusedMessageId: 'c1', swallowedMessageId: 'b1' });
});

t.test('without messages there is nothing to strike', async (t) => t.strictSame(planChannel([]), { refusedMessageId: '', swallowedMessageId: '' }));
