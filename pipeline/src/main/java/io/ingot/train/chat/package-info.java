/**
 * Chat templates: messages to the text that a model was trained on, and which parts of it the
 * assistant wrote.
 */
@NullMarked
package io.ingot.train.chat;

import org.jspecify.annotations.NullMarked;
