package io.ingot.route;

import io.ingot.run.Outbox;
import io.ingot.run.RunTables;
import io.ingot.step.exec.StepWorker;
import java.util.Map;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Doorbell, claim, execute; and what keeps the doorbells ringing. A message names no work and is no
 * lock: a lost one is rung again, a doubled one finds nothing to claim.
 */
final class WorkRoutes extends RouteBuilder {
  private static final Logger LOG = LoggerFactory.getLogger(WorkRoutes.class);
  static final String RELAY = "direct:relay";

  private final RunTables tables;
  private final StepWorker worker;
  private final Map<String, Integer> slots;
  private final ProducerTemplate ringer;

  /**
   * @param slots by pool: so many steps at once, each on a consumer of its own
   */
  WorkRoutes(
      ProducerTemplate ringer, RunTables tables, StepWorker worker, Map<String, Integer> slots) {
    this.ringer = ringer;
    this.tables = tables;
    this.worker = worker;
    this.slots = slots;
  }

  @Override
  public void configure() {
    onException(Exception.class).handled(true).to(DeadLetterRoute.ENDPOINT);

    slots.forEach(
        (pool, count) ->
            from(bell(pool) + "?pollTimeout=100&concurrentConsumers=" + count)
                .routeId("work-" + pool)
                .process(doorbell -> worker.work(pool))
                .to(RELAY));

    from("timer:outbox?delay=0&period=200").routeId("outbox").to(RELAY);

    from(RELAY).routeId("relay").process(tick -> tables.outbox().relay(this::ring));

    from("timer:sweeper?delay=1000&period=2000")
        .routeId("sweeper")
        .process(tick -> tables.sweeper().sweep());
  }

  private void ring(Outbox.Doorbell doorbell) {
    if (slots.containsKey(doorbell.pool())) {
      ringer.sendBody(bell(doorbell.pool()), doorbell.run() + "/" + doorbell.step());
    } else {
      LOG.error("no engine here has slots of the pool {}", doorbell.pool());
    }
  }

  private static String bell(String pool) {
    return "seda:work." + pool;
  }
}
