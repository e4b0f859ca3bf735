import t from 'tap';
import { Messages, type Message } from '../../../../service/src/stores/quorum/messages.ts';

const message = (name: string): Message => ({ kind: 'waiters', name, waiters: [{ holder: 'a\nb c', background: false, enqueuedAtMs: 1 }] });

/** Two instances, and whoever publishes to both as often as there are nodes. */
const twoInstances = (nodes: number) => {
  const taken: { readonly at: string; readonly from: string; readonly message: Message }[] = [];
  const texts: string[] = [];
  const instance = (instanceId: string): Messages =>
    new Messages({
      instanceId,
      publish: (text) => void texts.push(text),
      onMessage: (from, told) => void taken.push({ at: instanceId, from, message: told }),
    });
  const instances = [instance('one'), instance('on')] as const;
  const deliver = (): void => {
    for (const text of texts.splice(0)) for (let node = 0; node < nodes; node += 1) for (const one of instances) one.take(text);
  };
  return { instances, taken, texts, deliver };
};

t.test('what comes over several nodes is taken once, and never by whoever said it', async (t) => {
  const { instances: [one, on], taken, deliver } = twoInstances(3);
  one.send(message('s'));
  one.send(message('s'));
  on.send(message('r'));
  deliver();
  t.same(taken, [
    { at: 'on', from: 'one', message: message('s') },
    { at: 'on', from: 'one', message: message('s') },
    { at: 'one', from: 'on', message: message('r') },
  ]);
});

t.test('those that are remembered are bounded: one that is later than that is taken again', async (t) => {
  const { instances: [one, on], taken, texts } = twoInstances(1);
  for (let nth = 0; nth <= 10_000; nth += 1) one.send(message('s'));
  for (const text of texts) on.take(text);
  t.equal(taken.length, 10_001);
  on.take(texts[1]!);
  t.equal(taken.length, 10_001, 'the last 10,000 are remembered');
  on.take(texts[0]!);
  t.equal(taken.length, 10_002);
});
