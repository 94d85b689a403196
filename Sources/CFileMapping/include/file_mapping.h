// Files in memory that may shrink: a fault on a lent range is caught, not deadly.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// Bytes whose pages Linux maps when one of them is touched, as far as they are in memory: its `fault_around_bytes`.
enum { GALATEA_FAULT_AROUND_BYTES = 1 << 16 };

/// Maps the first `size` bytes of an open file for reading, shared with the page cache; NULL where that fails.
const void *galatea_map_file(int descriptor, size_t size);

/// Bytes of a large page.
enum { GALATEA_LARGE_PAGE_BYTES = 1 << 21 };

/// Asks the system to read a mapping's file in large pages wherever it is not in memory yet: for files of which most is
/// wanted. Mapping large pages costs a fraction of what small ones do. A hint, which systems may ignore.
void galatea_ask_large_pages(const void *start, size_t size);

/// Ends a mapping.
void galatea_unmap_file(const void *start, size_t size);

/// Takes the pages of a range of a mapping out of resident memory; they come back from the page cache when touched.
void galatea_release_mapped(const void *start, size_t size);

/// Watches a range of a mapping on this thread until `galatea_guard_end`.
///
/// Where the file is too short by then, or cannot be read, the pages become zero and `*broken` 1, before any
/// other thread can see the zeros. Returns 0 when a range is watched already: ranges do not nest.
int galatea_guard_begin(const void *start, size_t size, int32_t *broken);

/// Ends watching. Returns whether the mapping is broken, by this thread or another: what was read may be zeros.
///
/// A file that ends in the last page which was read from shows zeros behind its end without a fault. `beyond`, if not
/// NULL, is a byte of the watched range on a later page, which is touched first: it faults when the file has become
/// so short. Linux takes the pages behind the new end away before it fills the last one with zeros on most of its file
/// systems (ext4, tmpfs, btrfs); on others there is a moment in between, as there is in asking for the file's size.
int galatea_guard_end(const void *beyond);

/// Bytes of a page of a mapping.
size_t galatea_mapped_page_size(void);

/// Maps the pages of a range, by a touch of each group of neighbours that the system maps together: half the time of
/// asking it for every page (MADV_POPULATE_READ). `broken` as for `galatea_guard_begin`.
void galatea_expect_mapped(const void *start, size_t size, int32_t *broken);
