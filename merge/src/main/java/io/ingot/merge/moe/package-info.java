/**
 * Mixtures of experts made of dense models: attention, norms and embeddings of a base, the MLPs of
 * several models side by side, and routers that know which prompts belong to whom. What a neural
 * net is needed for stands behind {@link io.ingot.merge.moe.TokenEncoder} and {@link
 * io.ingot.merge.moe.HiddenStates}.
 */
@NullMarked
package io.ingot.merge.moe;

import org.jspecify.annotations.NullMarked;
