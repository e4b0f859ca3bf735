/** What `holdfast --help` says. */

export const USAGE = `Usage: holdfast run --session S [--wait 60s] [--ttl 30s] [--kill-after 10s] -- COMMAND [ARGUMENT …]
       holdfast status [SESSION] [--json]
       holdfast yield  SESSION [--reason R] [--grace 30s]
       holdfast revoke SESSION --reason R
       holdfast replies list [--session S] [--state STATE] [--json]
       holdfast replies replay | discard SESSION REPLY-ID --reason R

run takes the lease of a session, keeps it while COMMAND runs, and gives it back. COMMAND finds HOLDFAST_SESSION and
HOLDFAST_FENCING_TOKEN in its environment; what it writes to must refuse an older token. Signals are passed on to it. When the
lease is lost it is ended: by SIGTERM, and by SIGKILL after --kill-after.

  --url URL      HOLDFAST_URL      The service; several instances of one separated by commas. Default: http://127.0.0.1:7420
  --holder NAME  HOLDFAST_HOLDER   Who asks, for people to read. Default: user@host/pid
                 HOLDFAST_API_KEY  The key. It is taken from the environment alone, since command lines are seen by others.
  --help, --version

Spans are numbers with ms, s, m or h. STATE is parked, sending, unknown, dead, delivered or superseded.

Exit status: run ends as COMMAND does (128 and the number of the signal that ended it; 126 and 127 where it cannot be run or is
not there). Else 0; 1 something else failed; 64 the command line is wrong; 69 no service answered; 75 the session is held by
somebody else, or too many wait; 77 the key was refused; 80 the lease was lost, and COMMAND was ended.
`;
