/* Every implementation limit, in one place. The numbers are those of the
 * JavaScript embedding (https://webassembly.github.io/spec/js-api/#limits),
 * so that a module that loads in browsers loads here. */
#ifndef SYNTAX_LIMITS_H
#define SYNTAX_LIMITS_H

#define LIMIT_MODULE_BYTES 1073741824u
#define LIMIT_TYPES 1000000u
#define LIMIT_RECGROUPS 1000000u
#define LIMIT_RECGROUP_TYPES 1000000u
#define LIMIT_SUBTYPE_DEPTH 63u
#define LIMIT_FUNCTIONS 1000000u
#define LIMIT_IMPORTS 1000000u
#define LIMIT_EXPORTS 1000000u
#define LIMIT_GLOBALS 1000000u
#define LIMIT_TAGS 1000000u
#define LIMIT_TABLES 100000u
#define LIMIT_MEMORIES 100u
#define LIMIT_DATA_SEGMENTS 100000u
#define LIMIT_ELEM_SEGMENTS 10000000u
#define LIMIT_TABLE_ENTRIES 10000000u
#define LIMIT_PARAMS 1000u
#define LIMIT_RESULTS 1000u
#define LIMIT_FIELDS 10000u
#define LIMIT_BODY_BYTES 7654321u
#define LIMIT_LOCALS 50000u
#define LIMIT_BR_TABLE_TARGETS 65520u
#define LIMIT_ARRAY_NEW_FIXED 10000u
/* Ours: what an array may fill, whatever the heap's limit. */
#define LIMIT_ARRAY_BYTES ((uint64_t)1 << 30)
/* Ours: no body can push more operands one by one. */
#define LIMIT_OPERANDS LIMIT_BODY_BYTES

/* Of the core specification, not of ours. */
#define PAGE_BYTES_LOG2 16u
#define LIMIT_MEMORY32_PAGES 65536u
#define LIMIT_MEMORY64_PAGES ((uint64_t)1 << 48)

#endif
