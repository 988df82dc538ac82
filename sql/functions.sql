-- SPDX-License-Identifier: GPL-3.0-or-later
-- The functions and views of the newest schema, and what the daemon's role may do. The migrator runs this after the numbered
-- migrations, in their transaction, whenever one of those was due; so a change here goes with a migration, even one without a
-- statement. What was there before goes first, for its arguments and columns may have been others.

drop view if exists booking_row;
do $$
declare
	-- In one statement, for some rest on others.
	v_there text := (select string_agg(p.oid::regprocedure::text, ', ') from pg_proc p
			 where p.pronamespace = 'public'::regnamespace
			   and p.proname in ('pole_ensure', 'request_forget', 'bookings_of', 'group_outcome', 'pole_commit', 'pole_void',
					     'pole_announce', 'seconds', 'allocation_text', 'item_text', 'span_text', 'detail_text'));
begin
	if v_there <> '' then
		execute 'drop function ' || v_there;
	end if;
end $$;

create function seconds(t timestamptz) returns int8 language sql stable
	return date_part('epoch', t)::int8;

create function allocation_text(a allocation) returns text language sql stable
	return a.item || '/' || a.resource_id || '/' || a.lane || '/' || seconds(lower(a.during)) || '/' || seconds(upper(a.during));

create function item_text(i item) returns text language sql stable
	return i.resource_id || '/' || i.lane || '/' || i.quantity || '/' || i.via || '/' || i.of_item || '/' || i.state
		|| '/' || seconds(i.starts) || '/' || seconds(i.ends) || '/' || i.asks;

create function span_text(r tstzrange) returns text language sql stable
	return seconds(lower(r)) || '/' || seconds(upper(r));

-- Each detail that there is as name=value, parted by spaces; what is free of form comes last.
create function detail_text(d detail) returns text language sql stable
	return concat_ws(' ', 'queued_at=' || seconds(d.queued_at), 'within=' || span_text(d.within),
			 'out_at=' || seconds(d.out_at), 'back_at=' || seconds(d.back_at), 'used_by=' || d.used_by,
			 'meter_out=' || d.meter_out, 'meter_back=' || d.meter_back, 'decided_by=' || d.decided_by,
			 'forfeit=' || d.forfeit, 'forfeit_least=' || d.forfeit_least, 'waived=' || d.waived::int4,
			 'dispute=' || d.dispute, 'disputed_by=' || d.disputed_by, 'swap_with=' || d.swap_with,
			 'swap_span=' || span_text(d.swap_span), 'displaced_by=' || d.displaced_by,
			 'delayed_by=' || d.delayed_by, 'outage=' || d.outage, 'was=' || d.was,
			 'booked_until=' || seconds(d.booked_until), 'passed=' || span_text(d.passed),
			 'distance_km=' || d.distance_km, 'people=' || d.people, 'declared=' || d.declared);

-- A booking as the daemon reads it. Each allocation is told as item/resource/lane/start/end, parted by spaces; each item, if
-- there are rows of them, as resource/lane/quantity/via/of/state/start/end/asks, a line for each; its details, if it has any, as
-- detail_text() does.
create view booking_row as
	select b.pole_id, b.number, b.resource_id, b.member, b.person, b.made_by, b.state, b.pinned, b.starts, b.ends,
	       seconds(b.starts) as start_s, seconds(b.ends) as end_s, seconds(b.made_at) as made_at_s,
	       coalesce(seconds(b.ended_at), 0) as ended_at_s,
	       coalesce((select n.text from note n where n.pole_id = b.pole_id and n.number = b.number
						     and n.about = 'booking' and n.kind = 'purpose'), '') as purpose,
	       coalesce((select string_agg(allocation_text(a), ' ' order by a.item, a.resource_id, a.lane)
			 from allocation a where a.pole_id = b.pole_id and a.booking = b.number), '') as allocations,
	       coalesce((select string_agg(item_text(i), e'\n' order by i.item)
			 from item i where i.pole_id = b.pole_id and i.booking = b.number), '') as items,
	       coalesce(b.series, 0) as series, coalesce(seconds(b.occurrence), 0) as occurrence_s,
	       coalesce(seconds(b.due_at), 0) as due_at_s,
	       (select detail_text(d) from detail d where d.pole_id = b.pole_id and d.booking = b.number) as details
	from booking b;

-- The pole of that name; made, at version 0, where there is none.
create function pole_ensure(p_name text, out pole_id int4, out version int8, out head_hash text)
	language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
	if not exists (select from pole where name = p_name) then
		insert into pole (name) values (p_name) on conflict (name) do nothing;
	end if;
	select p.pole_id, p.version, p.head_hash into pole_ensure.pole_id, pole_ensure.version, pole_ensure.head_hash
		from pole p where p.name = p_name;
end $$;

-- Deletes the answers that were kept for requests made before then; gives their number.
create function request_forget(p_pole int4, p_before int8) returns int8
	language plpgsql security definer set search_path = public, pg_temp as $$
declare
	v_n int8;
begin
	delete from request where pole_id = p_pole and at < to_timestamp(p_before);
	get diagnostics v_n = row_count;
	return v_n;
end $$;

-- The rows of those bookings in pole_commit's arrays whose numbers stand from there to there. Has no cost of its own: it becomes part of the
-- statement that it stands in.
create function bookings_of(g_pole int4, b_n int8[], b_t text[], g_from int4, g_to int4) returns setof booking language sql stable as $$
	select g_pole, b_n[k + 1], b_n[k + 2]::int4, b_n[k + 3]::int4, b_n[k + 4]::int4, b_n[k + 5]::int4, b_t[k / 13 + 1], b_n[k + 6] <> 0,
	       to_timestamp(b_n[k + 7]), to_timestamp(b_n[k + 8]), to_timestamp(b_n[k + 9]), to_timestamp(nullif(b_n[k + 10], 0)),
	       nullif(b_n[k + 11], 0), to_timestamp(nullif(b_n[k + 12], 0)), to_timestamp(nullif(b_n[k + 13], 0)),
	       b_n[k + 13] <> 0 or b_t[k / 13 + 1] in ('held', 'requested', 'waiting', 'out', 'displaced', 'suspended')
	from generate_series(g_from, g_to - 1, 13) k
$$;

-- What became of a group that finds the pole elsewhere than it expected: its own is in the log, or another came first, or the pole is not there yet.
create function group_outcome(g_pole int4, g_expected int8, g_batch int8) returns pole_outcome language plpgsql as $$
declare
	answer pole_outcome;
begin
	if exists (select from event e
		   where e.pole_id = g_pole and e.version = g_expected + 1 and e.seq = 1 and e.batch = g_batch) then
		answer := ('committed', g_expected + 1);
	else
		answer := ('behind', (select p.version from pole p where p.pole_id = g_pole));
	end if;
	return answer;
end $$;

-- The only way to write; its contract is in sql/README.md.
--
-- The update of the pole's row is lock, comparison and new version in one: whoever comes second waits for it, then finds
-- another version and writes nothing. A group that was committed already, its outcome lost on the way, is known by its
-- batch. One that was declared void at that version (pole_void) finds nothing to update either. A group without events keeps the version; its requests are written none the less. Sections with nothing to write are
-- skipped: an idle statement costs as much as several rows. A booking that is new is inserted without looking whether it is there.
--
-- What every group has comes as arrays of so many values a record (`_n` numbers, `_t` texts), for an array costs the same whether it holds
-- much or little; what is rare comes as jsonb, null where there is none: rows of a table, by the names of its columns.
create function pole_commit(
	g_pole int4, g_expected int8, g_batch int8, g_at int8,
	e_n int8[], -- events: actor, subject
	e_t text[], --         request key, kind, change, hash, cause, request
	g_head text, -- the last hash
	b_n int8[], -- bookings: number, resource, member, person, made by, pinned, start, end, made at, ended at, series, occurrence, due at
	b_t text[], --           state
	b_new int4, -- how many of them are new: these come first
	a_drop int8[], -- bookings whose allocations go first
	a_n int8[], -- allocations: booking, item, resource, lane, start, end, occupies
	r_n int8[], -- kept answers: actor
	r_t text[], --               key, request, reply
	n_n int8[], -- notes: number, by
	n_t text[], --        about, kind, text
	items jsonb, details jsonb, outages jsonb, persons jsonb, names jsonb, policies jsonb,
	g_after int8 default 0) -- the batch that made the expected version; 0: whichever
	returns pole_outcome language plpgsql security definer set search_path = public, pg_temp
	set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	v_at timestamptz := to_timestamp(g_at);
	v_events int4 := cardinality(e_n) / 2;
	v_next int8 := g_expected + (v_events > 0)::int4;
	answer pole_outcome;
begin
	update pole set version = v_next,
			head_hash = case when v_next > g_expected then g_head else head_hash end,
			batch = case when v_next > g_expected then g_batch else batch end,
			void = case when v_next > g_expected then null else void end
		where pole_id = g_pole and version = g_expected and (g_after = 0 or batch = g_after)
		  and (void is null or g_batch <> all (void));
	if not found then
		return group_outcome(g_pole, g_expected, g_batch);
	end if;

	if v_events > 0 then
		insert into event (pole_id, version, seq, at, batch, actor, request_key, kind, subject, change, hash, cause, request)
			select g_pole, v_next, k + 1, v_at, g_batch, e_n[2*k + 1], e_t[6*k + 1], e_t[6*k + 2], e_n[2*k + 2],
			       e_t[6*k + 3], e_t[6*k + 4], e_t[6*k + 5], e_t[6*k + 6]
			from generate_series(0, v_events - 1) k;
	end if;
	if b_new > 0 then
		insert into booking select * from bookings_of(g_pole, b_n, b_t, 0, 13 * b_new);
	end if;
	if cardinality(b_t) > b_new then
		insert into booking select * from bookings_of(g_pole, b_n, b_t, 13 * b_new, cardinality(b_n))
			on conflict (pole_id, number) do update
				set resource_id = excluded.resource_id, member = excluded.member,
				    person = excluded.person, made_by = excluded.made_by, state = excluded.state,
				    pinned = excluded.pinned, starts = excluded.starts, ends = excluded.ends,
				    made_at = excluded.made_at, ended_at = excluded.ended_at,
				    series = excluded.series, occurrence = excluded.occurrence,
				    due_at = excluded.due_at, pending = excluded.pending;
	end if;
	if cardinality(a_drop) > 0 then
		delete from allocation where pole_id = g_pole and booking = any(a_drop);
	end if;
	if cardinality(a_n) > 0 then
		insert into allocation (pole_id, booking, item, resource_id, lane, during, occupies)
			select g_pole, a_n[k + 1], a_n[k + 2], a_n[k + 3], a_n[k + 4],
			       tstzrange(to_timestamp(a_n[k + 5]), to_timestamp(a_n[k + 6])), a_n[k + 7] <> 0
			from generate_series(0, cardinality(a_n) - 1, 7) k;
	end if;
	if cardinality(r_n) > 0 then
		insert into request (pole_id, actor, key, at, request, reply)
			select g_pole, r_n[k + 1], r_t[3*k + 1], v_at, r_t[3*k + 2], r_t[3*k + 3]
			from generate_series(0, cardinality(r_n) - 1) k
			on conflict (pole_id, actor, key) do nothing;
	end if;
	if cardinality(n_n) > 0 then
		insert into note (pole_id, about, number, kind, text, by_person, at)
			select g_pole, n_t[3*k + 1], n_n[2*k + 1], n_t[3*k + 2], n_t[3*k + 3], nullif(n_n[2*k + 2], 0), v_at
			from generate_series(0, cardinality(n_n) / 2 - 1) k
			on conflict (pole_id, number, about, kind) do update
				set text = excluded.text, by_person = excluded.by_person, at = excluded.at;
	end if;
	if items is not null then
		delete from item using jsonb_to_recordset(items) as m(booking int8)
			where item.pole_id = g_pole and item.booking = m.booking;
		insert into item select m.* from jsonb_populate_recordset(null::item, items) m where m.pole_id = g_pole;
	end if;
	if details is not null then
		delete from detail using jsonb_to_recordset(details) as d(booking int8)
			where detail.pole_id = g_pole and detail.booking = d.booking;
		insert into detail select d.* from jsonb_populate_recordset(null::detail, details) d where d.pole_id = g_pole;
	end if;
	if outages is not null then
		insert into outage select o.* from jsonb_populate_recordset(null::outage, outages) o where o.pole_id = g_pole
			on conflict (pole_id, number) do update
				set resource_id = excluded.resource_id, lane = excluded.lane, starts = excluded.starts,
				    ends = excluded.ends, lifted_at = excluded.lifted_at, is_closure = excluded.is_closure;
	end if;
	if persons is not null then
		insert into person select p.* from jsonb_populate_recordset(null::person, persons) p where p.pole_id = g_pole
			on conflict (pole_id, number) do update
				set member = excluded.member, roles = excluded.roles, active = excluded.active,
				    name = excluded.name, mail = excluded.mail;
		insert into credential (pole_id, hash, person, withdrawn)
			select g_pole, c.hash, p.number, c.withdrawn
			from jsonb_to_recordset(persons) as p(number int4, credentials jsonb),
			     jsonb_to_recordset(p.credentials) as c(hash text, withdrawn bool)
			on conflict (pole_id, hash) do update set withdrawn = excluded.withdrawn;
		delete from qualification using jsonb_to_recordset(persons) as p(number int4)
			where pole_id = g_pole and person = p.number;
		insert into qualification
			select q.* from jsonb_to_recordset(persons) as p(qualifications jsonb),
					jsonb_populate_recordset(null::qualification, p.qualifications) q
			where q.pole_id = g_pole;
	end if;
	if names is not null then
		insert into name select i.* from jsonb_populate_recordset(null::public.name, names) i where i.pole_id = g_pole;
	end if;
	if policies is not null then
		insert into policy (pole_id, version, files, hash, at, by_person, reason)
			select g_pole, v_next, y.files, y.hash, v_at, y.by, y.reason
			from jsonb_to_recordset(policies) as y(files jsonb, hash text, by int4, reason text);
	end if;
	answer := ('committed', v_next);
	return answer;
end $$;

-- What became of a group whose outcome is unknown. Where the pole is still at the version that it expects, nothing has, and from here on nothing
-- can: an attempt that holds the pole's row is waited for, and one that comes later finds its batch void. At any later version none
-- can be committed that expects this one, so with the next commit the list begins anew.
create function pole_void(g_pole int4, g_expected int8, g_batch int8)
	returns pole_outcome language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
	answer pole_outcome;
begin
	update pole set void = array_append(void, g_batch) where pole_id = g_pole and version = g_expected;
	if not found then
		return group_outcome(g_pole, g_expected, g_batch);
	end if;
	answer := ('void', g_expected);
	return answer;
end $$;

-- Tells whoever follows the pole's log that it goes on to there; or that one who read it to there was second, and wants a turn. Not part of
-- pole_commit: NOTIFY makes commits of all poles wait for each other.
create function pole_announce(g_pole int4, g_version int8, g_wants bool default false) returns void language sql as $$
	select pg_notify('mutuald', g_pole || ' ' || g_version || case when g_wants then ' wants' else '' end)
$$;

do $$
declare
	f regprocedure;
begin
	foreach f in array array['pole_ensure', 'request_forget', 'pole_commit', 'pole_void', 'pole_announce', 'seconds',
				 'allocation_text', 'item_text', 'span_text', 'detail_text']::regproc[]::regprocedure[] loop
		execute format('revoke all on function %s from public', f);
		execute format('grant execute on function %s to mutuald', f);
	end loop;
	revoke all on function bookings_of from public;
	revoke all on function group_outcome from public;
end $$;

grant select on schema_version, pole, policy, event, booking, item, detail, allocation, outage, note, person, qualification,
	credential, name, request, booking_row to mutuald;
