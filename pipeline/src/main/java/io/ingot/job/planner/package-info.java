/**
 * From a valid job to a plan: references resolved, revisions pinned, steps added, licenses judged.
 * It also says what is cached, why the rest is not, and what the run will need.
 */
@NullMarked
package io.ingot.job.planner;

import org.jspecify.annotations.NullMarked;
