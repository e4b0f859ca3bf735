-- What this node has of a session. Promises nothing.
-- ARGV 6: name
return answer('taken')
