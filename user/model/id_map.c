/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* id_map.c - the model's map from numbers to what they name (model_internal.h). */
#include <errno.h>
#include <stdlib.h>

#include "user/model/model_internal.h"

static uint32_t slot_of(uint64_t key, uint32_t slots)
{
	return (uint32_t)((key * 0x9e3779b97f4a7c15ull) >> 32) & (slots - 1);
}

void *id_map__get(const struct id_map *m, uint64_t key)
{
	uint32_t at;

	if (!m->slots)
		return NULL;
	for (at = slot_of(key, m->slots); m->values[at]; at = (at + 1) & (m->slots - 1))
		if (m->keys[at] == key)
			return m->values[at];
	return NULL;
}

static void insert(struct id_map *m, uint64_t key, void *value)
{
	uint32_t at = slot_of(key, m->slots);

	while (m->values[at] && m->keys[at] != key)
		at = (at + 1) & (m->slots - 1);
	if (!m->values[at])
		m->used++;
	m->keys[at] = key;
	m->values[at] = value;
}

static int grow(struct id_map *m)
{
	struct id_map bigger = { .slots = m->slots ? m->slots * 2 : 64 };

	bigger.keys = calloc(bigger.slots, sizeof(*bigger.keys));
	bigger.values = calloc(bigger.slots, sizeof(*bigger.values));
	if (!bigger.keys || !bigger.values) {
		id_map__release(&bigger);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < m->slots; i++)
		if (m->values[i])
			insert(&bigger, m->keys[i], m->values[i]);
	id_map__release(m);
	*m = bigger;
	return 0;
}

int id_map__put(struct id_map *m, uint64_t key, void *value)
{
	if ((m->used + 1) * 2 > m->slots && grow(m))
		return -ENOMEM;
	insert(m, key, value);
	return 0;
}

void id_map__release(struct id_map *m)
{
	free(m->keys);
	free(m->values);
	m->keys = NULL;
	m->values = NULL;
	m->slots = m->used = 0;
}
