-- SPDX-License-Identifier: GPL-3.0-or-later
-- Schema 1: the poles, their logs, and what the logs have led to.
--
-- Every key begins with pole_id and every constraint includes it, so that the schema can be distributed by it.
-- There are no foreign keys: pole_commit is the only writer, one pole's records are written in the order of its log,
-- and a check costs more than the row that it checks. What must hold even against a bug of ours is that two
-- allocations never overlap: the exclusion constraint on `allocation` sees to that.

create extension if not exists btree_gist;

-- Whether a role exists is the cluster's matter, not the database's: it may be there already, made by another
-- database's migration, or by an administrator where the owner may not make roles. Where the owner may not join it
-- either, the daemon has to connect as that role itself.
do $$
begin
	if not exists (select from pg_roles where rolname = 'mutuald') then
		create role mutuald login;
	end if;
exception
	when duplicate_object or unique_violation then null;
end $$;
do $$
begin
	if not pg_has_role(current_user, 'mutuald', 'member') then
		execute format('grant mutuald to %I', current_user);
	end if;
exception
	when insufficient_privilege then null;
end $$;

create table pole (
	pole_id int4 generated always as identity primary key,
	name text not null unique,
	version int8 not null default 0,
	head_hash text not null default ''
) with (fillfactor = 50);

create table policy (
	pole_id int4 not null,
	version int8 not null,
	files jsonb not null,
	hash text not null,
	at timestamptz not null,
	by_person int4 not null,
	reason text not null,
	primary key (pole_id, version)
);

create table event (
	pole_id int4 not null,
	version int8 not null,
	seq int4 not null,
	at timestamptz not null,
	batch int8 not null,
	actor int4 not null,
	request_key text,
	kind text not null,
	subject int8 not null,
	change text not null,
	hash text not null,
	primary key (pole_id, version, seq)
);

-- Room is left in the pages, and nothing that changes later is indexed, so that a cancellation stays on its page.
create table booking (
	pole_id int4 not null,
	number int8 not null,
	resource_id int4 not null,
	member int4 not null,
	person int4 not null,
	made_by int4 not null,
	state text not null,
	pinned bool not null,
	starts timestamptz not null,
	ends timestamptz not null,
	made_at timestamptz not null,
	ended_at timestamptz,
	series int8,
	occurrence timestamptz,
	primary key (pole_id, number),
	check (starts < ends)
) with (fillfactor = 90);
-- Bookings lie in the table about in the order of their time, so the range of each few pages is enough to find them by.
create index booking_times on booking using brin (starts, ends) with (pages_per_range = 16, autosummarize = on);

-- The things of a booking, where it is of more than one or says more of it than its unit. A booking without rows here is of
-- one: `resource_id`, from `starts` to `ends`, and where it is `pinned`, on the unit of its allocation.
create table item (
	pole_id int4 not null,
	booking int8 not null,
	item int4 not null,
	resource_id int4 not null,
	lane int4 not null,
	quantity int4 not null,
	via text not null,
	of_item int4 not null,
	state text not null,
	starts timestamptz not null,
	ends timestamptz not null,
	asks text not null,
	primary key (pole_id, booking, item),
	check (starts < ends and quantity > 0)
);

-- One row for each lane. What was given back keeps its rows, so that a cancelled booking still knows its unit, but is out of
-- the constraint. The constraint's columns are the fastest of those measured; see 'Speed' in sql/README.md.
create table allocation (
	pole_id int4 not null,
	booking int8 not null,
	item int4 not null,
	resource_id int4 not null,
	lane int4 not null,
	during tstzrange not null,
	occupies bool not null,
	primary key (pole_id, booking, item, resource_id, lane),
	check (lane between 1 and 65535 and not isempty(during) and not lower_inf(during) and not upper_inf(during)),
	constraint allocation_overlap
		exclude using gist ((resource_id::int8 * 65536 + lane) with =, pole_id with =, during with &&) where (occupies)
);

-- Out of service: a unit, or with lane 0 all of a resource; `ends` null: until it is lifted.
create table outage (
	pole_id int4 not null,
	number int8 not null,
	resource_id int4 not null,
	lane int4 not null,
	starts timestamptz not null,
	ends timestamptz,
	made_by int4 not null,
	made_at timestamptz not null,
	lifted_at timestamptz,
	primary key (pole_id, number),
	check (starts < ends)
);

create table note (
	pole_id int4 not null,
	booking int8 not null,
	text text not null,
	primary key (pole_id, booking)
);

create table person (
	pole_id int4 not null,
	number int4 not null,
	member int4,
	roles int4 not null,
	active bool not null,
	name text not null,
	mail text not null,
	primary key (pole_id, number)
);

create table credential (
	pole_id int4 not null,
	hash text not null,
	person int4 not null,
	withdrawn bool not null,
	ordinal int8 generated always as identity,
	primary key (pole_id, hash)
);

create table name (
	pole_id int4 not null,
	kind text not null,
	resource int4 not null,
	number int4 not null,
	id text not null,
	primary key (pole_id, kind, resource, number),
	unique (pole_id, kind, resource, id)
);

create table request (
	pole_id int4 not null,
	actor int4 not null,
	key text not null,
	at timestamptz not null,
	request text not null,
	reply text not null,
	primary key (pole_id, actor, key)
);

create function allocation_text(a allocation) returns text language sql stable
	return a.item || '/' || a.resource_id || '/' || a.lane
		|| '/' || date_part('epoch', lower(a.during))::int8 || '/' || date_part('epoch', upper(a.during))::int8;

create function item_text(i item) returns text language sql stable
	return i.resource_id || '/' || i.lane || '/' || i.quantity || '/' || i.via || '/' || i.of_item || '/' || i.state
		|| '/' || date_part('epoch', i.starts)::int8 || '/' || date_part('epoch', i.ends)::int8 || '/' || i.asks;

-- A booking as the daemon reads it. Each allocation is told as item/resource/lane/start/end, parted by spaces; each item, if
-- there are rows of them, as resource/lane/quantity/via/of/state/start/end/asks, a line for each.
create view booking_row as
	select b.pole_id, b.number, b.resource_id, b.member, b.person, b.made_by, b.state, b.pinned, b.starts, b.ends,
	       date_part('epoch', b.starts)::int8 as start_s, date_part('epoch', b.ends)::int8 as end_s,
	       date_part('epoch', b.made_at)::int8 as made_at_s,
	       coalesce(date_part('epoch', b.ended_at)::int8, 0) as ended_at_s,
	       coalesce((select n.text from note n where n.pole_id = b.pole_id and n.booking = b.number), '') as purpose,
	       coalesce((select string_agg(allocation_text(a), ' ' order by a.item, a.resource_id, a.lane)
			 from allocation a where a.pole_id = b.pole_id and a.booking = b.number), '') as allocations,
	       coalesce((select string_agg(item_text(i), e'\n' order by i.item)
			 from item i where i.pole_id = b.pole_id and i.booking = b.number), '') as items,
	       coalesce(b.series, 0) as series, coalesce(date_part('epoch', b.occurrence)::int8, 0) as occurrence_s
	from booking b;

-- Not even the owner alters what has been logged.
create function refuse_alteration() returns trigger language plpgsql as $$
begin
	raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;

create trigger append_only before update or delete or truncate on event
	for each statement execute function refuse_alteration();
create trigger append_only before update or delete or truncate on policy
	for each statement execute function refuse_alteration();

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

-- The only way to write; its contract is in sql/README.md.
--
-- The update of the pole's row is lock, comparison and new version in one: whoever comes second waits for it, then finds
-- another version and writes nothing. A group that was committed already, its outcome lost on the way, is known by its
-- batch. A group without events keeps the version; its requests are written none the less. Sections with nothing to write are skipped: an idle statement costs as much as several rows.
-- The arguments' letters: g group, e events (in order), b bookings, a allocations, m items, o outages, n notes, p persons, c credentials,
-- i names (ids), r requests, y policy.
create function pole_commit(
	g_pole int4, g_expected int8, g_batch int8, g_at int8, g_head text,
	e_actor int4[], e_key text[], e_kind text[], e_subject int8[], e_change text[], e_hash text[],
	b_number int8[], b_resource int4[], b_member int4[], b_person int4[], b_made_by int4[], b_state text[],
	b_pinned bool[], b_start int8[], b_end int8[], b_made_at int8[], b_ended_at int8[],
	b_series int8[], b_occurrence int8[],
	a_drop int8[], a_booking int8[], a_item int4[], a_resource int4[], a_lanes text[], a_start int8[], a_end int8[],
	a_occupies bool[],
	m_booking int8[], m_item int4[], m_resource int4[], m_lane int4[], m_quantity int4[], m_via text[], m_of int4[],
	m_state text[], m_start int8[], m_end int8[], m_asks text[],
	o_number int8[], o_resource int4[], o_lane int4[], o_start int8[], o_end int8[], o_made_by int4[], o_made_at int8[],
	o_lifted_at int8[],
	n_booking int8[], n_text text[],
	p_number int4[], p_member int4[], p_roles int4[], p_active bool[], p_name text[], p_mail text[],
	c_person int4[], c_hash text[], c_withdrawn bool[],
	i_kind text[], i_resource int4[], i_number int4[], i_id text[],
	r_actor int4[], r_key text[], r_request text[], r_reply text[],
	y_files text, y_hash text, y_by int4, y_reason text,
	out outcome text, out version int8)
	language plpgsql security definer set search_path = public, pg_temp
	set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	v_at timestamptz := to_timestamp(g_at);
	v_next int8 := g_expected + (cardinality(e_kind) > 0)::int4;
	v_told text;
begin
	update pole set version = v_next, head_hash = case when v_next > g_expected then g_head else head_hash end
		where pole_id = g_pole and version = g_expected
		returning pg_notify('mutuald', g_pole || ' ' || v_next)::text into v_told;
	if not found then
		if exists (select from event
			   where pole_id = g_pole and version = g_expected + 1 and seq = 1 and batch = g_batch) then
			outcome := 'committed';
			version := g_expected + 1;
		else
			outcome := 'behind';
			select p.version into pole_commit.version from pole p where pole_id = g_pole;
		end if;
		return;
	end if;

	if cardinality(e_kind) > 0 then
		insert into event (pole_id, version, seq, at, batch, actor, request_key, kind, subject, change, hash)
			select g_pole, v_next, e.seq, v_at, g_batch, e.actor, e.key, e.kind, e.subject, e.change, e.hash
			from unnest(e_actor, e_key, e_kind, e_subject, e_change, e_hash) with ordinality
				as e(actor, key, kind, subject, change, hash, seq);
	end if;
	if cardinality(b_number) > 0 then
		insert into booking (pole_id, number, resource_id, member, person, made_by, state, pinned,
				     starts, ends, made_at, ended_at, series, occurrence)
			select g_pole, b.number, b.resource, b.member, b.person, b.made_by, b.state, b.pinned,
			       to_timestamp(b.starts), to_timestamp(b.ends), to_timestamp(b.made_at),
			       to_timestamp(nullif(b.ended_at, 0)), nullif(b.series, 0),
			       to_timestamp(nullif(b.occurrence, 0))
			from unnest(b_number, b_resource, b_member, b_person, b_made_by, b_state, b_pinned,
				    b_start, b_end, b_made_at, b_ended_at, b_series, b_occurrence)
				as b(number, resource, member, person, made_by, state, pinned,
				     starts, ends, made_at, ended_at, series, occurrence)
			on conflict (pole_id, number) do update
				set resource_id = excluded.resource_id, member = excluded.member,
				    person = excluded.person, made_by = excluded.made_by, state = excluded.state,
				    pinned = excluded.pinned, starts = excluded.starts, ends = excluded.ends,
				    made_at = excluded.made_at, ended_at = excluded.ended_at,
				    series = excluded.series, occurrence = excluded.occurrence;
	end if;
	if cardinality(a_drop) > 0 then
		delete from allocation where pole_id = g_pole and booking = any(a_drop);
	end if;
	if cardinality(a_booking) > 0 then
		insert into allocation (pole_id, booking, item, resource_id, lane, during, occupies)
			select g_pole, r.booking, r.item, r.resource, generate_series(lower(r.lanes), upper(r.lanes) - 1),
			       r.during, r.occupies
			from (select a.booking, a.item, a.resource, unnest(a.lanes::int4multirange) as lanes,
				     tstzrange(to_timestamp(a.starts), to_timestamp(a.ends)) as during, a.occupies
			      from unnest(a_booking, a_item, a_resource, a_lanes, a_start, a_end, a_occupies)
				as a(booking, item, resource, lanes, starts, ends, occupies)) r;
	end if;
	if cardinality(m_booking) > 0 then
		insert into item (pole_id, booking, item, resource_id, lane, quantity, via, of_item, state, starts, ends, asks)
			select g_pole, m.booking, m.item, m.resource, m.lane, m.quantity, m.via, m.of_item, m.state,
			       to_timestamp(m.starts), to_timestamp(m.ends), m.asks
			from unnest(m_booking, m_item, m_resource, m_lane, m_quantity, m_via, m_of, m_state,
				    m_start, m_end, m_asks)
				as m(booking, item, resource, lane, quantity, via, of_item, state, starts, ends, asks)
			on conflict (pole_id, booking, item) do update
				set resource_id = excluded.resource_id, lane = excluded.lane, quantity = excluded.quantity,
				    via = excluded.via, of_item = excluded.of_item, state = excluded.state,
				    starts = excluded.starts, ends = excluded.ends, asks = excluded.asks;
	end if;
	if cardinality(o_number) > 0 then
		insert into outage (pole_id, number, resource_id, lane, starts, ends, made_by, made_at, lifted_at)
			select g_pole, o.number, o.resource, o.lane, to_timestamp(o.starts), to_timestamp(nullif(o.ends, 0)),
			       o.made_by, to_timestamp(o.made_at), to_timestamp(nullif(o.lifted_at, 0))
			from unnest(o_number, o_resource, o_lane, o_start, o_end, o_made_by, o_made_at, o_lifted_at)
				as o(number, resource, lane, starts, ends, made_by, made_at, lifted_at)
			on conflict (pole_id, number) do update
				set resource_id = excluded.resource_id, lane = excluded.lane, starts = excluded.starts,
				    ends = excluded.ends, lifted_at = excluded.lifted_at;
	end if;
	if cardinality(n_booking) > 0 then
		insert into note (pole_id, booking, text)
			select g_pole, n.booking, n.text from unnest(n_booking, n_text) as n(booking, text)
			on conflict (pole_id, booking) do update set text = excluded.text;
	end if;
	if cardinality(r_key) > 0 then
		insert into request (pole_id, actor, key, at, request, reply)
			select g_pole, r.actor, r.key, v_at, r.request, r.reply
			from unnest(r_actor, r_key, r_request, r_reply) as r(actor, key, request, reply)
			on conflict (pole_id, actor, key) do nothing;
	end if;
	if cardinality(p_number) > 0 then
		insert into person (pole_id, number, member, roles, active, name, mail)
			select g_pole, p.number, nullif(p.member, 0), p.roles, p.active, p.name, p.mail
			from unnest(p_number, p_member, p_roles, p_active, p_name, p_mail)
				as p(number, member, roles, active, name, mail)
			on conflict (pole_id, number) do update
				set member = excluded.member, roles = excluded.roles, active = excluded.active,
				    name = excluded.name, mail = excluded.mail;
	end if;
	if cardinality(c_hash) > 0 then
		insert into credential (pole_id, hash, person, withdrawn)
			select g_pole, c.hash, c.person, c.withdrawn
			from unnest(c_person, c_hash, c_withdrawn) as c(person, hash, withdrawn)
			on conflict (pole_id, hash) do update set withdrawn = excluded.withdrawn;
	end if;
	if cardinality(i_id) > 0 then
		insert into name (pole_id, kind, resource, number, id)
			select g_pole, i.kind, i.resource, i.number, i.id
			from unnest(i_kind, i_resource, i_number, i_id) as i(kind, resource, number, id);
	end if;
	if y_files is not null then
		insert into policy (pole_id, version, files, hash, at, by_person, reason)
			values (g_pole, v_next, y_files::jsonb, y_hash, v_at, y_by, coalesce(y_reason, ''));
	end if;
	outcome := 'committed';
	version := v_next;
end $$;

do $$
declare
	f regprocedure;
begin
	foreach f in array array['pole_ensure', 'request_forget', 'pole_commit', 'allocation_text', 'item_text', 'refuse_alteration']::regproc[]::regprocedure[] loop
		execute format('revoke all on function %s from public', f);
		if f::regproc::text <> 'refuse_alteration' then
			execute format('grant execute on function %s to mutuald', f);
		end if;
	end loop;
end $$;

grant select on schema_version, pole, policy, event, booking, item, allocation, outage, note, person, credential, name, request,
	booking_row to mutuald;
