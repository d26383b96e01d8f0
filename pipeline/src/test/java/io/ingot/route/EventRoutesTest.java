package io.ingot.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.ingot.error.IngotException;
import io.ingot.run.Plans;
import io.ingot.run.RunPlan;
import io.ingot.run.RunState;
import io.ingot.step.exec.FakeStep;
import io.ingot.step.exec.RunListener;
import io.ingot.step.exec.StepRegistry;
import io.ingot.store.IngotHome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventRoutesTest {
  private static final RunPlan PLAN = Plans.job("tell").step("a").plan();

  @TempDir Path root;

  private String formerRoot = "";

  @BeforeEach
  void moveIn() throws IOException {
    formerRoot = System.getProperty("ingot.root", "");
    System.setProperty("ingot.root", root.toString());
    Files.createDirectories(root.resolve("configs/routes"));
  }

  @AfterEach
  void moveOut() {
    System.setProperty("ingot.root", formerRoot);
  }

  @Test
  void postsToTheWebhookAndAsksAgainWhenItIsBusy() throws Exception {
    Queue<String> bodies = new ConcurrentLinkedQueue<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/hook",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          boolean busy = bodies.isEmpty();
          bodies.add(body);
          exchange.sendResponseHeaders(busy ? 503 : 204, -1);
          exchange.close();
        });
    server.start();
    try {
      Files.writeString(
          root.resolve("configs/policy.yaml"), "notify: {webhook: 'secret:HOOK', on: [done]}");
      run(Map.of("HOOK", "http://127.0.0.1:" + server.getAddress().getPort() + "/hook"));
    } finally {
      server.stop(0);
    }
    assertThat(bodies).hasSize(2);
    assertThat(bodies.peek()).contains("\"job\":\"tell\"", "\"state\":\"done\"");
  }

  @Test
  void loadsRoutesOfUsers() throws Exception {
    Path diary = root.resolve("diary");
    Files.writeString(
        root.resolve("configs/routes/diary.yaml"),
        """
        - route:
            id: diary
            from:
              uri: seda:ingot-events
              parameters: {multipleConsumers: true}
              steps:
                - to: "file:%s?fileName=events&fileExist=Append&appendChars=\\\\n"
        """
            .formatted(diary));
    run(Map.of());
    assertThat(Files.readString(diary.resolve("events")))
        .contains("\"step\":\"a\"", "\"state\":\"running\"", "\"job\":\"tell\"");
  }

  @Test
  void namesTheFileOfABrokenRoute() throws IOException {
    Files.writeString(root.resolve("configs/routes/broken.yaml"), "- route: {from: 7}");
    assertThatThrownBy(() -> run(Map.of()))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("broken.yaml");
  }

  @Test
  void refusesWhatItCannotUse() throws IOException {
    Path policy = root.resolve("configs/policy.yaml");
    Files.writeString(policy, "notify: {webhook: 'ftp://x'}");
    assertThatThrownBy(() -> Notification.read(policy, Map.of())).hasMessageContaining("http");
    Files.writeString(policy, "notify: {webhook: 'secret:HOOK'}");
    assertThatThrownBy(() -> Notification.read(policy, Map.of())).hasMessageContaining("HOOK");
    Files.writeString(policy, "notify: {webhook: 'http://x', on: [dnoe]}");
    assertThatThrownBy(() -> Notification.read(policy, Map.of())).hasMessageContaining("dnoe");
    Files.writeString(policy, "review: {none: never}");
    assertThat(Notification.read(policy, Map.of())).isEmpty();
  }

  private void run(Map<String, String> environment) throws InterruptedException {
    try (IngotApplication application =
        IngotApplication.open(new IngotHome(root.resolve("home")), "a test", environment)) {
      String run = application.tables().runs().submit(PLAN, null, "test");
      application.start(
          run,
          new StepRegistry(List.of(new FakeStep())),
          () -> {
            throw new IllegalStateException("no hub");
          },
          RunListener.NONE,
          new TreeMap<>());
      assertThat(application.await(run).state()).isEqualTo(RunState.DONE);
    }
  }
}
