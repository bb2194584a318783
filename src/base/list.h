/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Circular doubly linked lists whose links are fields of the items. A list is a link that is no
 * item's; an empty list is linked to itself. A removed item is linked to itself, too, so that
 * removing it again is harmless.
 */
#ifndef FWL_LIST_H
#define FWL_LIST_H

#include <stdbool.h>
#include <stddef.h>

typedef struct FwlLink {
    struct FwlLink *next;
    struct FwlLink *previous;
} FwlLink;

/* The item whose field `member` the link is. */
#define FWL_ITEM_OF(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

static inline void fwl_list_init(FwlLink *list)
{
    list->next = list;
    list->previous = list;
}

static inline bool fwl_list_is_empty(const FwlLink *list)
{
    return list->next == list;
}

static inline void fwl_list_push_front(FwlLink *list, FwlLink *item)
{
    item->next = list->next;
    item->previous = list;
    list->next->previous = item;
    list->next = item;
}

static inline void fwl_list_push_back(FwlLink *list, FwlLink *item)
{
    fwl_list_push_front(list->previous, item);
}

static inline void fwl_list_remove(FwlLink *item)
{
    item->previous->next = item->next;
    item->next->previous = item->previous;
    fwl_list_init(item);
}

#endif
