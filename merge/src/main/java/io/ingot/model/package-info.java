/**
 * A model as the rest of the house sees it: configuration, weights, companion files. Folder layouts
 * of the Hub are read here.
 */
@NullMarked
package io.ingot.model;

import org.jspecify.annotations.NullMarked;
