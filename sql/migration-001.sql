-- SPDX-License-Identifier: GPL-3.0-or-later
-- Schema 1: the poles, their logs, and what the logs have led to. Functions, views and grants are in functions.sql.
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

-- Not even the owner alters what has been logged.
create function refuse_alteration() returns trigger language plpgsql as $$
begin
	raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;

create trigger append_only before update or delete or truncate on event
	for each statement execute function refuse_alteration();
create trigger append_only before update or delete or truncate on policy
	for each statement execute function refuse_alteration();
revoke all on function refuse_alteration from public;
