-- SPDX-License-Identifier: GPL-3.0-or-later
-- All of a pole's log up to a version, for deciding it again.
-- $1 pole int4, $2 version int8
-- → version, seq, at, actor, key, kind, change, hash, request, agrees (its other columns say what its change says), private1,
--   private2 as in log_after, subject, in order
select e.version, e.seq, date_part('epoch', e.at)::int8 as at, e.actor, e.request_key, e.kind, e.change, e.hash, e.request,
       e.kind = split_part(e.change, ' ', 1)
       and e.cause is not distinct from substring(e.change from '^booking code=\S+ cause=(\S+)') as agrees,
       case e.kind when 'booking' then n.text when 'person' then p.name end as private1,
       case e.kind when 'person' then p.mail end as private2, e.subject
from event e
left join note n on e.kind = 'booking' and n.pole_id = e.pole_id and n.number = e.subject and n.about = 'booking'
		and n.kind = 'purpose'
left join person p on e.kind = 'person' and p.pole_id = e.pole_id and p.number = e.subject
where e.pole_id = $1 and e.version <= $2
order by e.version, e.seq
