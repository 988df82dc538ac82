/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A large pole to put questions to, the same for the same seed.
 *
 * The bookings are made as the daemon makes them when it reads the database: image by image,
 * through pole_apply(). Their numbers say nothing of unit or time, so that what stands next to each
 * other in time is scattered in memory, as it is after a year of life.
 */
#include "tests/bench/core_pole.h"

#include <assert.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config/policy_load.h"

#define BUFFER_S 900
#define POOL (CORE_SINGLES + 1)
#define QUARTER_S 900

static const char *const purposes[] = {"",
				       "",
				       "Réunion du bureau",
				       "Livraison",
				       "Atelier du mercredi",
				       "Fête de quartier, montage et démontage"};

uint32_t core_random(struct core_pole *c, uint32_t n)
{
	c->random ^= c->random << 13;
	c->random ^= c->random >> 7;
	c->random ^= c->random << 17;
	return (uint32_t)((c->random >> 32) * n >> 32);
}

bool core_is_room(uint32_t single)
{
	return single % 10 < 6;
}

/* Rooms: between 06:00Z and 20:00Z. Equipment goes out for days now and then. */
struct span core_random_span(struct core_pole *c, bool is_room)
{
	uint32_t kind = core_random(c, 10);
	int64_t day = core_random(c, CORE_DAYS - 4), quarters;
	struct span s;

	if (kind < 6)
		quarters = 2 + core_random(c, 13);
	else if (kind < 9 || is_room)
		quarters = 16 + core_random(c, 21);
	else
		quarters = 96 + core_random(c, 193);
	s.start =
	    CORE_START + day * DAY_S + 6 * HOUR_S +
	    QUARTER_S * (int64_t)core_random(c, quarters < 56 ? (uint32_t)(56 - quarters) : 40);
	s.end = s.start + quarters * QUARTER_S;
	return s;
}

static void write_singles(FILE *out)
{
	for (uint32_t i = 1; i <= CORE_SINGLES; i++)
		fprintf(
		    out,
		    "  r%u: {name: Thing %u, kind: %s, site: site, hours: %s, start: every 15m, "
		    "buffer: {after: 15m}, attributes: {group: %u}, stands-in-for: r%u}\n",
		    i, i, core_is_room(i) ? "premises" : "equipment",
		    core_is_room(i) ? "\"daily 06:00-23:00\"" : "always", (i - 1) / CORE_GROUP,
		    i == 1 ? CORE_SINGLES : i - 1);
}

static void write_pool(FILE *out)
{
	fputs("  pool: {name: Pool, kind: equipment, site: site, hours: always, units: {", out);
	for (uint32_t i = 1; i <= CORE_POOL; i++)
		fprintf(out, "%spool-%u: {}", i > 1 ? ", " : "", i);
	fputs("}}\n", out);
}

static struct policy *load(const struct policy_file *files, size_t n)
{
	struct problems problems = {0};
	struct policy *policy = NULL;

	if (policy_load(files, n, zone_from_system, NULL, &policy, &problems) == 0)
		return policy;
	for (size_t i = 0; i < problems.n && i < 5; i++)
		fprintf(stderr, "core: %s\n", problem_text(&problems, &problems.items[i]));
	exit(1);
}

static struct policy *make_policy(void)
{
	static const char head[] = "pole: bench\nname: Bench\nzone: Europe/Paris\nlanguage: fr\n"
				   "sites:\n  site: {name: Site}\n"
				   "members:\n";
	struct policy_file file = {.name = "pole.yaml"};
	struct policy *policy;
	char *text;
	FILE *out = open_memstream(&text, &file.n);

	assert(out);
	fputs(head, out);
	for (int i = 1; i <= CORE_MEMBERS; i++)
		fprintf(out, "  m%d: {name: Member %d, kind: association, class: %s, share: 1}\n",
			i, i, i % 3 ? "founder" : "small");
	fputs("resources:\n", out);
	write_singles(out);
	write_pool(out);
	fclose(out);
	file.text = text;
	policy = load(&file, 1);
	free(text);
	return policy;
}

static struct person *make_person(uint32_t number, uint32_t member)
{
	struct person *person = person_new("Ada", "ada@example.org", 0, 1);

	person->number = number;
	person->member = member;
	person->roles = member ? ROLE_MEMBER : ROLE_COORDINATOR;
	person->active = true;
	person->qualifications[0] = (struct qualification){"licence", 0, 0, TIME_NEVER};
	return person;
}

static void apply_policy(struct core_pole *c)
{
	struct policy *policy = make_policy();
	struct changes changes = {0};

	pole_number(c->pole, policy, &changes);
	changes_add_policy(&changes, NULL, policy);
	for (uint32_t i = 0; i <= CORE_MEMBERS; i++)
		changes_add_person(&changes, NULL, make_person(1 + i, i));
	pole_apply(c->pole, &changes);
	changes_clear(&changes);
	c->asker = pole_person(c->pole, 1);
	for (uint32_t i = 0; i < policy->n_resources; i++)
		assert(policy->resources[i].number == i + 1);
}

static void add(struct core_pole *c, uint32_t resource, uint32_t lane, struct span s)
{
	const char *purpose = purposes[core_random(c, sizeof(purposes) / sizeof(purposes[0]))];
	const struct item item = item_of(resource, 0, s);
	struct booking *b = booking_new(purpose, &item, 1, 1);
	struct changes changes = {0};

	b->number = pole_next_booking(c->pole);
	b->state = BOOKING_CONFIRMED;
	b->member = 1 + (uint32_t)(b->number % CORE_MEMBERS);
	b->person = b->made_by = 1 + b->member;
	b->made_at = CORE_START - DAY_S;
	b->allocations[0] = (struct allocation){
	    .resource = resource,
	    .lane = lane,
	    .during = {s.start, s.end + (resource == POOL ? 0 : BUFFER_S)},
	};
	c->record_bytes +=
	    sizeof(*b) + sizeof(item) + sizeof(b->allocations[0]) + strlen(purpose) + 1;
	changes_add_booking(&changes, CAUSE_BOOKED, NULL, b);
	pole_apply(c->pole, &changes);
	changes_clear(&changes);
}

static void add_somewhere(struct core_pole *c)
{
	for (;;) {
		uint32_t place = 1 + core_random(c, CORE_SINGLES + CORE_POOL);
		uint32_t resource = place < POOL ? place : POOL;
		uint32_t lane = place < POOL ? 1 : place - CORE_SINGLES;
		struct span s = core_random_span(c, place < POOL && core_is_room(place));
		struct span during = {s.start, s.end + (resource == POOL ? 0 : BUFFER_S)};
		const struct timeline *line = pole_timeline(c->pole, resource, lane);

		if (line && timeline_conflict(line, during, 0))
			continue;
		add(c, resource, lane, s);
		return;
	}
}

/* Half of the units are taken before noon, half after. */
static void add_one_move(struct core_pole *c)
{
	int64_t day = CORE_START + (CORE_DAYS + 10) * (int64_t)DAY_S, noon = day + 12 * HOUR_S;

	c->one_move = (struct span){noon - 2 * HOUR_S, noon + 2 * HOUR_S};
	for (uint32_t lane = 1; lane <= CORE_POOL; lane++)
		add(c, POOL, lane,
		    lane % 2 ? (struct span){c->one_move.start, noon}
			     : (struct span){noon, c->one_move.end});
}

/* Each unit has a hole of a quarter of an hour, the next one's begins where it ends. */
static void add_chain(struct core_pole *c)
{
	int64_t start = CORE_START + (CORE_DAYS + 20) * (int64_t)DAY_S + 8 * HOUR_S;

	c->chain = (struct span){start, start + CORE_POOL * QUARTER_S};
	for (uint32_t lane = 1; lane <= CORE_POOL; lane++) {
		int64_t hole = start + (lane - 1) * QUARTER_S;

		if (lane > 1)
			add(c, POOL, lane, (struct span){start, hole});
		if (lane < CORE_POOL)
			add(c, POOL, lane, (struct span){hole + QUARTER_S, c->chain.end});
	}
}

static int64_t allocated(void)
{
	struct mallinfo2 m = mallinfo2();

	return (int64_t)(m.uordblks + m.hblkhd);
}

static int64_t resident(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%*u %lu", &pages) != 1)
		pages = 0;
	if (f)
		fclose(f);
	return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

void core_pole_init(struct core_pole *c, size_t n_bookings, uint64_t seed)
{
	int64_t bytes, resident_bytes;

	*c = (struct core_pole){.pole = pole_new(), .random = seed * 0x9e3779b97f4a7c15 + 1};
	apply_policy(c);
	malloc_trim(0);
	bytes = allocated();
	resident_bytes = resident();
	add_one_move(c);
	add_chain(c);
	while (pole_n_bookings(c->pole) < n_bookings)
		add_somewhere(c);
	c->beyond_bytes = allocated() - bytes - (int64_t)c->record_bytes;
	c->resident_bytes = resident() - resident_bytes;
}

void core_pole_rule(struct core_pole *c, bool ruled)
{
	struct policy *policy;

	if (!ruled) {
		pole_undo(c->pole, &c->ruling);
		return;
	}
	if (c->ruling.n == 0) {
		policy = make_policy();
		core_add_rules(policy);
		pole_number(c->pole, policy, &c->ruling);
		changes_add_policy(&c->ruling, (struct policy *)pole_policy(c->pole), policy);
	}
	pole_apply(c->pole, &c->ruling);
}

void core_pole_clear(struct core_pole *c)
{
	changes_clear(&c->ruling);
	pole_free(c->pole);
}

void core_write_range(struct span s, FILE *out)
{
	time_t start = s.start, end = s.end;
	struct tm from, to;

	gmtime_r(&start, &from);
	gmtime_r(&end, &to);
	fprintf(out, "[%04d-%02d-%02d %02d:%02dZ,%04d-%02d-%02d %02d:%02dZ)", from.tm_year + 1900,
		from.tm_mon + 1, from.tm_mday, from.tm_hour, from.tm_min, to.tm_year + 1900,
		to.tm_mon + 1, to.tm_mday, to.tm_hour, to.tm_min);
}

void core_dump(const struct core_pole *c, FILE *out)
{
	for (const struct booking *b = pole_booking_after(c->pole, 0); b;
	     b = pole_booking_after(c->pole, b->number)) {
		for (size_t i = 0; i < b->n_allocations; i++) {
			const struct allocation *a = &b->allocations[i];

			fprintf(out, "1\t%lld\t%u\t%u\t%u\t", (long long)b->number, a->item,
				a->resource, a->lane);
			core_write_range(a->during, out);
			fputs("\tt\n", out);
		}
	}
}
