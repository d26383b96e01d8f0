/**
 * A Hub inside the process: folders served as repositories, pushes kept across restarts. It speaks
 * enough of the API for this client and for the unmodified huggingface_hub.
 */
@NullMarked
package io.ingot.hub.server;

import org.jspecify.annotations.NullMarked;
