import t from 'tap';
import { InboundError, messageOf } from '../../../../client/examples/gateway/inbound.ts';
import { replyIdOf } from '../../../../client/examples/gateway/message.ts';

const mail = { messageId: '<1@example.org>', thread: '<0@example.org>', from: 'eve@example.org', subject: 'Hello', text: 'How are you?' };

t.test('each channel’s message becomes one of ours', async (t) => {
  t.strictSame(messageOf('mail', mail), {
    channel: 'mail',
    session: 'example:mail:<0@example.org>',
    replyId: replyIdOf('mail', 'example:mail:<0@example.org>', '<1@example.org>'),
    to: 'eve@example.org',
    subject: 'Hello',
    text: 'How are you?',
  });
  t.match(messageOf('chat', { conversation: 'ada', id: '1', text: 'x' }), { channel: 'chat', session: 'example:chat:ada', to: 'ada' });
});

t.test('reply ids are valid whatever a channel calls its messages, the same each time, and of no other conversation', async (t) => {
  for (const id of ['1', '<1@example.org>', '..', 'x'.repeat(1_000), '消息']) {
    t.match(replyIdOf('mail', 's', id), /^[A-Za-z0-9._~-]{1,128}$/);
    t.equal(replyIdOf('mail', 's', id), replyIdOf('mail', 's', id));
    t.not(replyIdOf('mail', 's', id), replyIdOf('mail', 'another', id));
  }
  t.not(replyIdOf('mail', 'a', 'bc'), replyIdOf('mail', 'ab', 'c'));
});

t.test('what is missing, of another type, empty or too long is refused by its name, and the limit is taken', async (t) => {
  for (const name of Object.keys(mail)) {
    for (const value of [undefined, 1, '', 'x'.repeat(name === 'text' ? 32_769 : 101)]) {
      t.throws(() => messageOf('mail', { ...mail, [name]: value }), new InboundError(`${name} must have 1 to ${name === 'text' ? 32_768 : 100} characters.`));
    }
    t.ok(messageOf('mail', { ...mail, [name]: 'x'.repeat(name === 'text' ? 32_768 : 100) }));
  }
  for (const body of [null, undefined, 'text', 1, []]) t.throws(() => messageOf('chat', body), InboundError);
});

t.test('what no session key may have is refused before it is acknowledged, and may stand in a text', async (t) => {
  for (const bad of ['a\nb', '\u0000', '\ud800']) {
    for (const name of ['messageId', 'thread', 'from', 'subject']) t.throws(() => messageOf('mail', { ...mail, [name]: bad }), { name: 'InboundError', message: new RegExp(`^${name} must not`) });
    t.ok(messageOf('mail', { ...mail, text: bad }));
  }
});
