/** The Hub: a client, a cache shared with huggingface_hub, and an embedded server. */
@NullMarked
package io.ingot.hub;

import org.jspecify.annotations.NullMarked;
