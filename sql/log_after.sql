-- SPDX-License-Identifier: GPL-3.0-or-later
-- A pole's log after a version, with what is kept apart from it; so many versions at most, that a long one comes bit by bit.
-- $1 pole int4, $2 version int8
-- → version, seq, at, batch, actor, key, kind, change, hash, private1 (a booking's purpose, a person's name), private2 (a
--   person's mail), request, reply (of the request with that key, where kept), in order
select e.version, e.seq, date_part('epoch', e.at)::int8 as at, e.batch, e.actor, e.request_key, e.kind, e.change, e.hash,
       case e.kind when 'booking' then n.text when 'person' then p.name end as private1,
       case e.kind when 'person' then p.mail end as private2, r.request, r.reply
from event e
left join note n on e.kind = 'booking' and n.pole_id = e.pole_id and n.number = e.subject and n.about = 'booking'
		and n.kind = 'purpose'
left join person p on e.kind = 'person' and p.pole_id = e.pole_id and p.number = e.subject
left join request r on r.pole_id = e.pole_id and r.actor = e.actor and r.key = e.request_key
where e.pole_id = $1 and e.version > $2 and e.version <= $2 + 2000
order by e.version, e.seq
