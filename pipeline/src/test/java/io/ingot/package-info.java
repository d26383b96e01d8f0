/** Tests of the house as a whole: its architecture, its launcher, its example jobs. */
@org.jspecify.annotations.NullMarked
package io.ingot;
