package io.ingot.route;

import io.ingot.run.RunTables;
import io.ingot.step.exec.StepWorker;
import java.util.Map;
import org.apache.camel.builder.RouteBuilder;

/**
 * Doorbell, claim, execute; and what keeps the doorbells ringing. A message names no work and is no
 * lock: a lost one is rung again, a doubled one finds nothing to claim.
 */
final class WorkRoutes extends RouteBuilder {
  static final String RELAY = "direct:relay";

  private final RunTables tables;
  private final StepWorker worker;
  private final Map<String, Integer> slots;

  /**
   * @param slots by pool: so many steps at once, each on a consumer of its own
   */
  WorkRoutes(RunTables tables, StepWorker worker, Map<String, Integer> slots) {
    this.tables = tables;
    this.worker = worker;
    this.slots = slots;
  }

  @Override
  public void configure() {
    onException(Exception.class).handled(true).to(DeadLetterRoute.ENDPOINT);

    slots.forEach(
        (pool, count) ->
            from("seda:work." + pool + "?concurrentConsumers=" + count)
                .routeId("work-" + pool)
                .process(doorbell -> worker.work(pool))
                .to(RELAY));

    from("timer:outbox?delay=0&period=200").routeId("outbox").to(RELAY);

    from(RELAY)
        .routeId("relay")
        .process(
            tick ->
                tables
                    .outbox()
                    .relay(
                        bell ->
                            tick.getContext()
                                .createFluentProducerTemplate()
                                .to("seda:work." + bell.pool() + "?blockWhenFull=true")
                                .withBody(bell.run() + "/" + bell.step())
                                .send()));

    from("timer:sweeper?delay=1000&period=2000")
        .routeId("sweeper")
        .process(tick -> tables.sweeper().sweep());
  }
}
