package io.ingot.route;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.run.RunRecord;
import io.ingot.run.StepState;
import java.util.Locale;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.seda.SedaEndpoint;

/** Puts events onto {@link EventRoutes#EVENTS}. Thread-safe. */
final class Events {
  private static final JsonMapper JSON = new JsonMapper();
  private static final long LONGEST_DRAIN_NANOS = 15_000_000_000L;

  private final ProducerTemplate producer;

  Events(ProducerTemplate producer) {
    this.producer = producer;
  }

  /** A run rests. */
  void run(RunRecord run) {
    String state = run.state().name().toLowerCase(Locale.ROOT);
    ObjectNode event = JSON.createObjectNode();
    event.put("run", run.id()).put("job", run.jobName()).put("state", state);
    producer.sendBodyAndHeader(EventRoutes.EVENTS, event.toString(), EventRoutes.RUN_STATE, state);
  }

  /** A step changed. */
  void step(String run, String step, StepState state, String text) {
    ObjectNode event = JSON.createObjectNode();
    event
        .put("run", run)
        .put("step", step)
        .put("state", state.name().toLowerCase(Locale.ROOT))
        .put("text", text);
    producer.sendBody(EventRoutes.EVENTS, event.toString());
  }

  /**
   * Waits a while until everybody has heard everything: Camel drops what is queued when it stops.
   */
  void drain() throws InterruptedException {
    CamelContext context = producer.getCamelContext();
    SedaEndpoint endpoint = context.getEndpoint(EventRoutes.EVENTS, SedaEndpoint.class);
    long deadline = System.nanoTime() + LONGEST_DRAIN_NANOS;
    int quiet = 0;
    while (quiet < 3 && System.nanoTime() < deadline) {
      boolean busy =
          endpoint.getCurrentQueueSize() > 0 || context.getInflightRepository().size() > 0;
      quiet = busy ? 0 : quiet + 1;
      Thread.sleep(10);
    }
  }
}
