package io.ingot.route;

import org.apache.camel.builder.RouteBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Events of runs, to whoever wants them: one JSON document each, {@code {"run","job","state"}} when
 * a run rests and {@code {"run","step","state","text"}} when a step changes. They may be lost.
 */
final class EventRoutes extends RouteBuilder {
  /** Where routes of users listen too. */
  static final String EVENTS = "seda:ingot-events?multipleConsumers=true&pollTimeout=100";

  /** Header: state of the run, on events of runs only. */
  static final String RUN_STATE = "ingot.runState";

  private final Notification notification;

  EventRoutes(Notification notification) {
    this.notification = notification;
  }

  @Override
  public void configure() {
    onException(Exception.class)
        .maximumRedeliveries(2)
        .redeliveryDelay(500)
        .handled(true)
        .to(DeadLetterRoute.ENDPOINT);

    from(EVENTS)
        .routeId("notify")
        .filter(event -> isTold(event.getMessage().getHeader(RUN_STATE, String.class)))
        .process(new Webhook(notification));
  }

  private boolean isTold(@Nullable String runState) {
    return runState != null && notification.states().contains(runState);
  }
}
