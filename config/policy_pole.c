/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sections pole, name, zone, language and sites. */

#include "config/policy_build.h"

#include <string.h>

const char *const policy_languages[] = {"en", "fr"};

static struct zone *known_zone(const struct policy *p, const char *name)
{
	for (size_t i = 0; i < p->n_zones; i++)
		if (strcmp(zone_name(p->zones[i]), name) == 0)
			return p->zones[i];
	return NULL;
}

/* NULL: reported, or failed. */
static const struct zone *load_zone(struct build *b, const struct node *value)
{
	struct policy *p = b->policy;
	struct zone *zone = known_zone(p, value->text);
	int answer;

	if (zone)
		return zone;
	answer = b->zones(b->zones_arg, value->text, &zone);
	if (answer < 0) {
		b->failure = answer;
		return NULL;
	}
	if (answer > 0) {
		problems_add(b->walk.problems, value->place,
			     "unknown zone \"%s\"; write an IANA name such as Europe/Paris",
			     value->text);
		return NULL;
	}
	p->zones = arena_grow(&p->arena, p->zones, p->n_zones, &b->zones_cap, p->n_zones + 1,
			      sizeof(*p->zones));
	p->zones[p->n_zones++] = zone;
	return zone;
}

static void set_zone(struct walk *w, void *into, const struct key_row *row,
		     const struct node *value)
{
	*(const struct zone **)((char *)into + row->offset) = load_zone(w->owner, value);
}

static void set_holidays(struct walk *w, void *into, const struct key_row *row,
			 const struct node *value)
{
	const size_t n = N_HOLIDAY_REGIONS - HOLIDAYS_FR;
	size_t i = walk_choice(w, value, "region", holiday_region_words + HOLIDAYS_FR, n);

	if (i < n)
		((struct site *)into)->holidays = (enum holiday_region)(HOLIDAYS_FR + i);
}

static const struct key_row site_rows[] = {
    {"name", KEY_NAME, false, walk_set_text, offsetof(struct site, name), "as people say it"},
    {"zone", KEY_TEXT, false, set_zone, offsetof(struct site, zone), "if not the pole's"},
    {"holidays", KEY_TEXT, false, set_holidays, 0, "its public holidays", NULL, false,
     holiday_region_words + HOLIDAYS_FR, N_HOLIDAY_REGIONS - HOLIDAYS_FR},
};
const struct key_table site_table = KEY_TABLE(site_rows);

static void build_site(struct build *b, const struct node *value)
{
	struct policy *p = b->policy;
	struct site *site = &p->sites[p->n_sites];

	if (!walk_is_id(&b->walk, value->key, value->key_place) ||
	    !walk_is(&b->walk, value, KEY_MAP))
		return;
	site->id = arena_strdup(&p->arena, value->key);
	site->name = site->id;
	site->zone = p->zone;
	site->place = value->key_place;
	walk_map(&b->walk, value, value->key_place, &site_table, site);
	glossary_add(&b->sites, &b->scratch, site->id, site, site->place);
	p->n_sites++;
}

static void build_sites(struct build *b, const struct node *sites)
{
	if (sites->n_children == 0)
		problems_add(b->walk.problems, sites->place, "no sites; a pole has at least one");
	if (sites->n_children > POLICY_MAX_SITES) {
		problems_add(b->walk.problems, sites->key_place, "%zu sites; a pole has at most %d",
			     sites->n_children, POLICY_MAX_SITES);
		return;
	}
	b->policy->sites = arena_new_n(&b->policy->arena, struct site, sites->n_children);
	for (const struct node *c = sites->children; c; c = c->next)
		build_site(b, c);
}

void build_pole(struct build *b)
{
	const struct sections *s = &b->sections;
	struct policy *p = b->policy;
	size_t language = 0;

	p->pole = s->pole ? s->pole : "";
	p->name = s->name ? s->name : p->pole;
	if (s->language)
		language = walk_choice(&b->walk, s->language, "language", policy_languages, 2);
	p->lang = policy_languages[language < 2 ? language : 0];
	if (s->zone)
		p->zone = load_zone(b, s->zone);
	if (s->sites)
		build_sites(b, s->sites);
}

void build_set_site(struct walk *w, void *into, const struct key_row *row, const struct node *value)
{
	struct build *b = w->owner;
	const struct site *site = glossary_find(&b->sites, value->text);

	if (!site && b->sections.sites)
		problems_add(w->problems, value->place, "unknown site \"%s\"%s", value->text,
			     walk_hint(w, value->text, b->sites.words, b->sites.n));
	/* Any site will do for a policy that is refused: nobody needs to hear that one is missing,
	 * too. */
	*(const struct site **)((char *)into + row->offset) = site ? site : b->policy->sites;
}
