-- SPDX-License-Identifier: GPL-3.0-or-later
-- All persons with their tokens and qualifications, for comparison with the log: what the log says of them, no name or mail.
-- $1 pole int4 → part (''), number, then the columns that daemon/verify_image.c names, in order of number
select '', p.number, coalesce(p.member, 0), p.roles, p.active,
       coalesce((select string_agg(c.hash || case when c.withdrawn then '/withdrawn' else '' end, ' ' order by c.ordinal)
		 from credential c where c.pole_id = p.pole_id and c.person = p.number), ''),
       coalesce((select string_agg(q.ordinal || '/' || q.word || '/' || coalesce(q.issuer, 0) || '/' || seconds(q.since)
				   || '/' || coalesce(seconds(q.until), 0), ' ' order by q.ordinal)
		 from qualification q where q.pole_id = p.pole_id and q.person = p.number), '')
from person p
where p.pole_id = $1
order by p.number
