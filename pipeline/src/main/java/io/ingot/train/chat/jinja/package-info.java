/**
 * A small sandboxed Jinja, as transformers runs chat templates with it: a closed set of values, no
 * reflection, no files, bounded work. Semantics follow Jinja2 3.1 with trim_blocks and
 * lstrip_blocks, and the reference's choices for {@code tojson} and the {@code generation} tag.
 */
@NullMarked
package io.ingot.train.chat.jinja;

import org.jspecify.annotations.NullMarked;
