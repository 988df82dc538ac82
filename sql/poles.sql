-- Every pole.
-- → pole_id, version, name
select pole_id, version, name from pole order by pole_id
