-- SPDX-License-Identifier: GPL-3.0-or-later
-- Where a pole stands, the highest numbers given (0: none), and when its log was last written (0: never).
-- $1 pole int4 → version, head_hash, booking, person, at, outage
select version, head_hash,
       coalesce((select max(number) from booking b where b.pole_id = p.pole_id), 0) as booking,
       coalesce((select max(number) from person n where n.pole_id = p.pole_id), 0) as person,
       coalesce((select date_part('epoch', at)::int8 from event e
		 where e.pole_id = p.pole_id and e.version = p.version limit 1), 0) as at,
       coalesce((select max(number) from outage o where o.pole_id = p.pole_id), 0) as outage
from pole p where pole_id = $1
