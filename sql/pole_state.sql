-- Where a pole stands, and the highest numbers given (0: none).
-- $1 pole int4 → version, head_hash, booking, person
select version, head_hash,
       coalesce((select max(number) from booking b where b.pole_id = p.pole_id), 0) as booking,
       coalesce((select max(number) from person n where n.pole_id = p.pole_id), 0) as person
from pole p where pole_id = $1
