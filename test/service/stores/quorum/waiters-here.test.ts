// Who waits at an instance, counted by namespace.
import t from 'tap';
import type { Namespace, SessionKey, Waiter } from '../../../../service/src/session/types.ts';
import { WaitersHere } from '../../../../service/src/stores/quorum/waiters-here.ts';

const name = (namespace: string, key: string) => ({ namespace: namespace as Namespace, key: key as SessionKey });
const waiters = (count: number): readonly Waiter[] => Array.from({ length: count }, () => ({}) as Waiter);

t.test('they are counted as they come and go, and nobody is left behind', async (t) => {
  const here = new WaitersHere();
  here.set(name('red', 'a'), waiters(2));
  here.set(name('red', 'b'), waiters(3));
  here.set(name('blue', 'a'), waiters(1));
  t.strictSame([here.count('red' as Namespace), here.count('blue' as Namespace), here.count('green' as Namespace)], [5, 1, 0]);
  here.set(name('red', 'a'), waiters(1));
  t.equal(here.count('red' as Namespace), 4);
  t.strictSame([...here.all].map(({ name: { namespace, key }, waiters: { length } }) => [namespace, key, length]), [['red', 'a', 1], ['red', 'b', 3], ['blue', 'a', 1]]);
  for (const each of [name('red', 'a'), name('red', 'b'), name('blue', 'a')]) here.set(each, []);
  here.set(name('green', 'never'), []);
  t.strictSame([[...here.all], [...here.namespaces]], [[], []]);
});
