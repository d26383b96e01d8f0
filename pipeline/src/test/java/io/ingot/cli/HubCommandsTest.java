package io.ingot.cli;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.ingot.hub.server.EmbeddedHub;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The commands pull, push and hub serve, in process. */
class HubCommandsTest {
  private static final String TOKEN = "hf_goodToken1234";

  @RegisterExtension
  static final WireMockExtension FAULTY =
      WireMockExtension.newInstance()
          .options(WireMockConfiguration.wireMockConfig().dynamicPort())
          .build();

  @TempDir Path temp;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Map<String, String> environment = new HashMap<>();
  private EmbeddedHub hub;

  HubCommandsTest() {}

  @BeforeEach
  void start() throws IOException {
    write("serve/acme/tiny/config.json", "{}");
    write("serve/acme/tiny/model.safetensors", "weights");
    write("serve/acme/tiny/old.bin", "pickle");
    write("serve/acme/pickled/pytorch_model.bin", "pickle");
    write("serve/datasets/acme/rows/train.jsonl", "{}\n");
    hub = EmbeddedHub.start(temp.resolve("serve"), temp.resolve("store"), 0, Optional.of(TOKEN));
    environment.put("HF_ENDPOINT", hub.uri().toString());
    environment.put("HF_HOME", temp.resolve("hf").toString());
    environment.put("HOME", temp.toString());
  }

  @AfterEach
  void stop() {
    hub.close();
    assertThat(out.toString() + err).doesNotContain(TOKEN);
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Ingot.execute(
        new PrintWriter(out, true), new PrintWriter(err, true), environment, false, arguments);
  }

  @Test
  void pullPrintsTheSnapshot() throws IOException {
    assertThat(run("pull", "acme/tiny")).isZero();
    Path snapshot = Path.of(out.toString().strip());
    assertThat(snapshot).startsWith(temp.resolve("hf/hub/models--acme--tiny/snapshots"));
    assertThat(snapshot.resolve("model.safetensors")).hasContent("weights");
    assertThat(snapshot.resolve("old.bin")).doesNotExist();
    assertThat(err.toString()).contains("old.bin", "pickle");
    String commit = snapshot.getFileName().toString();
    assertThat(run("--json", "pull", "acme/tiny@" + commit)).isZero();
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.path("path").asText()).isEqualTo(snapshot.toString());
    assertThat(json.path("commit").asText()).isEqualTo(commit);
    assertThat(run("pull", "--dataset", "acme/rows")).isZero();
    assertThat(Path.of(out.toString().strip()).resolve("train.jsonl")).exists();
  }

  @Test
  void pullRefuses() {
    assertThat(run("pull", "acme/none")).isEqualTo(4);
    assertThat(err.toString()).contains("acme/none", "private", "HF_TOKEN");
    assertThat(run("pull", "acme/tiny@v9")).isEqualTo(4);
    assertThat(err.toString()).contains("no revision 'v9'");
    assertThat(run("pull", "../tiny")).isEqualTo(3);
    assertThat(err.toString()).contains("'../tiny' is no repository id");
    assertThat(run("pull", "acme/pickled")).isEqualTo(6);
    assertThat(err.toString()).contains("pickles only", "pytorch_model.bin");
    environment.put("HF_TOKEN", "hf_wrong123");
    assertThat(run("pull", "acme/tiny")).isEqualTo(1);
    assertThat(err.toString()).contains("token from HF_TOKEN").doesNotContain("hf_wrong123");
  }

  @Test
  void pullFromAHubThatIsDown() {
    hub.close();
    assertThat(run("pull", "acme/tiny")).isEqualTo(69);
    assertThat(err.toString()).contains(hub.uri().toString(), "no connection");
    environment.put("HF_HUB_OFFLINE", "1");
    assertThat(run("pull", "acme/tiny")).isEqualTo(4);
    assertThat(err.toString()).contains("not in the cache", "HF_HUB_OFFLINE");
  }

  @Test
  void pullOfAGatedRepository() {
    FAULTY.stubFor(
        any(anyUrl())
            .willReturn(aResponse().withStatus(401).withHeader("X-Error-Code", "GatedRepo")));
    environment.put("HF_ENDPOINT", FAULTY.baseUrl());
    assertThat(run("pull", "meta/llama")).isEqualTo(1);
    assertThat(err.toString()).contains("gated", FAULTY.baseUrl() + "/meta/llama", "set HF_TOKEN");
  }

  @Test
  void pushUploadsOnceAndPullsBack() throws IOException {
    write("out/config.json", "{}");
    write("out/model.safetensors", "new weights");
    write("out/.cache/x", "hidden");
    String folder = temp.resolve("out").toString();
    assertThat(run("push", folder, "acme/out")).isEqualTo(1);
    assertThat(err.toString()).contains("wants a token", "HF_TOKEN");
    Files.createDirectories(temp.resolve("hf"));
    Files.writeString(temp.resolve("hf/token"), TOKEN + "\n");
    assertThat(run("push", folder, "acme/out")).isZero();
    String commit = out.toString().strip();
    assertThat(commit).matches("[0-9a-f]{40}");
    assertThat(run("push", folder, "acme/out")).isZero();
    assertThat(out.toString().strip()).as("nothing new, no commit").isEqualTo(commit);
    assertThat(run("pull", "acme/out")).isZero();
    assertThat(Path.of(out.toString().strip()).resolve("model.safetensors"))
        .hasContent("new weights");
    assertThat(run("push", temp.resolve("none").toString(), "acme/out")).isEqualTo(4);
  }

  @Test
  void serveRefusesAPortThatIsTakenAndAFolderThatIsMissing() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      assertThat(
              run(
                  "--home",
                  temp.resolve("home").toString(),
                  "hub",
                  "serve",
                  temp.resolve("serve").toString(),
                  "--port",
                  port))
          .isEqualTo(5);
      assertThat(err.toString()).contains("port " + port, "taken");
    }
    assertThat(run("hub", "serve", temp.resolve("none").toString())).isEqualTo(4);
    assertThat(run("hub", "serve", temp.toString(), "--port", "70000")).isEqualTo(2);
  }

  private void write(String path, String content) throws IOException {
    Path file = temp.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }
}
