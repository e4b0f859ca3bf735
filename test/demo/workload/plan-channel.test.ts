/** The channel's own faults strike replies for which they mean what they are to show. */
import t from 'tap';
import { planChannel } from '../../../demo/workload/plan-channel.ts';
import { planWorkload } from '../../../demo/workload/plan.ts';

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

t.test('without messages there is nothing to strike', async (t) => t.strictSame(planChannel([]), { refusedMessageId: '', swallowedMessageId: '' }));
