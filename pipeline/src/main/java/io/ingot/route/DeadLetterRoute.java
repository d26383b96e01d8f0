package io.ingot.route;

import org.apache.camel.LoggingLevel;
import org.apache.camel.builder.RouteBuilder;

/** Where messages end that nobody could handle: they are logged and never acted on. */
final class DeadLetterRoute extends RouteBuilder {
  static final String ENDPOINT = "direct:dead";

  @Override
  public void configure() {
    from(ENDPOINT)
        .routeId("dead-letters")
        .log(
            LoggingLevel.ERROR,
            "io.ingot.route",
            "dead letter from ${exchangeProperty.CamelFailureRouteId}: ${exception.message}");
  }
}
