-- SPDX-License-Identifier: GPL-3.0-or-later
-- Answers kept for requests with a key.
-- $1 pole int4, $2 since int8 → actor, key, request, reply, at
select actor, key, request, reply, date_part('epoch', at)::int8 as at from request where pole_id = $1 and at >= to_timestamp($2::int8)
