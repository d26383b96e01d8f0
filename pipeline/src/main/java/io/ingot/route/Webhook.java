package io.ingot.route;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Posts the body of a message, a JSON document, to the address of a notification. */
final class Webhook implements Processor {
  private final Notification notification;
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  Webhook(Notification notification) {
    this.notification = notification;
  }

  @Override
  public void process(Exchange exchange) throws IOException, InterruptedException {
    String body = exchange.getMessage().getBody(String.class);
    HttpRequest request =
        HttpRequest.newBuilder(notification.webhook())
            .timeout(Duration.ofSeconds(10))
            .header("Content-Type", "application/json")
            .header("User-Agent", "ingot")
            .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8))
            .build();
    HttpResponse<Void> response = client.send(request, HttpResponse.BodyHandlers.discarding());
    if (response.statusCode() >= 300) {
      throw new IOException("the webhook answered " + response.statusCode());
    }
  }
}
