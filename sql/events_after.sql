-- SPDX-License-Identifier: GPL-3.0-or-later
-- What of a pole's log is told to watchers, after an event and up to a version, so many at the most.
-- $1 pole int4, $2 version int8, $3 seq int4, $4 last version int8, $5 limit int8, $6 text that a booking's line must have ('': any)
-- → version, seq, at, actor, kind, change, in order
select version, seq, date_part('epoch', at)::int8 as at, actor, kind, change
from event
where pole_id = $1 and (version, seq) > ($2, $3) and version <= $4
      and (kind in ('outage', 'policy') or (kind = 'booking' and cause is not null and ($6 = '' or strpos(change, $6) > 0)))
order by version, seq
limit $5
