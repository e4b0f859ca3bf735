// Why a Redis cannot be reached, in words for its operator.
import { ReplyError } from 'ioredis';
import t from 'tap';
import { connectionFault } from '../../../../service/src/stores/redis/connection-faults.ts';
import { SilenceError } from '../../../../service/src/stores/redis/silence-guard.ts';

const withCode = (code: string): Error => Object.assign(new Error(`connect ${code} 10.0.0.1:6379`), { code });

t.test('each cause has a sentence of its own', async (t) => {
  t.equal(connectionFault(withCode('ECONNREFUSED')), 'nothing listens there');
  t.equal(connectionFault(withCode('ENOTFOUND')), 'there is no such host name');
  t.equal(connectionFault(withCode('ETIMEDOUT')), 'it does not answer');
  t.equal(connectionFault(new SilenceError('x')), 'it accepts connections and does not answer');
  t.match(connectionFault(new ReplyError('WRONGPASS invalid username-password pair or user is disabled.')), /does not know this user with this password/);
  t.match(connectionFault(new ReplyError('NOAUTH HELLO must be called with the client already authenticated')), /wants a password; give redis:\/\/:<password>@<host>/);
  t.match(connectionFault(new ReplyError('DENIED Redis is running in protected mode')), /protected mode/);
  t.match(connectionFault(new Error('Connection is closed.')), /closes the connection; does it speak TLS/);
  t.equal(connectionFault(new Error('self-signed certificate in certificate chain')), "its certificate is not trusted (self-signed certificate in certificate chain); NODE_EXTRA_CA_CERTS can name a file with its authority's");
  t.equal(connectionFault(new Error('bad weather')), 'bad weather', 'what has no word of ours comes in its own');
});

t.test('a server that repeats what it was sent does not make us repeat a password', async (t) => {
  const fault = connectionFault(new ReplyError("ERR unknown command 'AUTH', with args beginning with: 'hunter2' "));
  t.equal(fault, "it refuses the connection (ERR unknown command 'AUTH')");
});
