package io.ingot.route;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.run.RunRecord;
import io.ingot.run.StepState;
import java.util.Locale;
import org.apache.camel.ProducerTemplate;

/** Puts events onto {@link EventRoutes#EVENTS}. Thread-safe. */
final class Events {
  private static final JsonMapper JSON = new JsonMapper();

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
}
