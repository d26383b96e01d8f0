package io.ingot.hub.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that no honest client makes, against the embedded Hub. */
class HostileCallerTest {
  private static final String SECRET = "hf_good";

  @TempDir Path temp;
  private HttpClient http = HttpClient.newHttpClient();
  private EmbeddedHub hub;

  HostileCallerTest() {}

  @BeforeEach
  void start() throws IOException {
    http = HttpClient.newHttpClient();
    Path model = Files.createDirectories(temp.resolve("serve/acme/tiny"));
    Files.writeString(model.resolve("config.json"), "0123456789");
    hub = EmbeddedHub.start(temp.resolve("serve"), temp.resolve("store"), 0, Optional.of(SECRET));
  }

  @AfterEach
  void stop() {
    hub.close();
    http.shutdownNow();
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(hub.uri() + path))
            .method(method, BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> owner(String method, String path, String body)
      throws IOException, InterruptedException {
    return send(method, path, body, "Authorization", "Bearer " + SECRET);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../escape.txt",
        "/etc/cron.d/x",
        "a/../../b",
        "C:\\\\x",
        ".git/hooks/x",
        "a//b",
        "a/\\u0000"
      })
  void aCommitCannotLeaveTheRepository(String path) throws Exception {
    String body =
        """
        {"key":"header","value":{"summary":"x"}}
        {"key":"file","value":{"path":"%s","content":"eA==","encoding":"base64"}}
        """
            .formatted(path);
    HttpResponse<String> answer = owner("POST", "/api/models/acme/tiny/commit/main", body);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("Invalid path");
    try (Stream<Path> all = Files.walk(temp)) {
      assertThat(all).noneMatch(p -> p.getFileName().toString().equals("escape.txt"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/acme/tiny/resolve/main/..%2F..%2F..%2Frepo.json",
        "/acme/tiny/resolve/main/%2Fetc%2Fpasswd",
        "/acme/tiny/resolve/..%2F..%2Fx/config.json",
        "/acme/..%2Ftiny/resolve/main/config.json",
        "/..%2F..%2Fetc/x/resolve/main/passwd",
        "/api/models/acme/tiny/tree/main/..%2F..",
        "/api/models/acme",
        "/api/nothing/a/b",
        "/",
        "/lfs/..%2F..%2Fx",
      })
  void nothingOutsideOfTheRepositoriesIsServed(String path) throws Exception {
    assertThat(send("GET", path, "").statusCode()).isEqualTo(404);
  }

  @Test
  void anUploadNeedsItsSignatureAndItsHash() throws Exception {
    String right =
        HexFormat.of()
            .formatHex(
                GitObjects.digest("SHA-256").digest("right".getBytes(StandardCharsets.UTF_8)));
    assertThat(
            send("PUT", "/lfs/" + right + "?size=5&expires=99999999999&signature=00", "right")
                .statusCode())
        .isEqualTo(403);
    String batch =
        "{\"operation\":\"upload\",\"objects\":[{\"oid\":\"" + right + "\",\"size\":5}]}";
    assertThat(send("POST", "/acme/tiny.git/info/lfs/objects/batch", batch).statusCode())
        .isEqualTo(401);
    JsonNode objects =
        new ObjectMapper()
            .readTree(owner("POST", "/acme/tiny.git/info/lfs/objects/batch", batch).body())
            .path("objects");
    String href = objects.path(0).path("actions").path("upload").path("href").asText();
    String signed = href.substring(hub.uri().toString().length());
    assertThat(send("PUT", signed, "wrong").statusCode()).isEqualTo(422);
    assertThat(send("PUT", signed, "right and more").statusCode()).isEqualTo(422);
    assertThat(send("PUT", signed.replace("size=5", "size=6"), "right6").statusCode())
        .isEqualTo(403);
    assertThat(
            owner("POST", "/lfs/" + right + "/verify", "{\"oid\":\"" + right + "\",\"size\":5}")
                .statusCode())
        .as("nothing wrong was kept")
        .isEqualTo(404);
    assertThat(send("PUT", signed, "right").statusCode()).isEqualTo(200);
    assertThat(
            owner("POST", "/lfs/" + right + "/verify", "{\"oid\":\"" + right + "\",\"size\":5}")
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void aCommitCannotNameContentThatWasNotUploaded() throws Exception {
    String body =
        """
        {"key":"header","value":{"summary":"x"}}
        {"key":"lfsFile","value":{"path":"m.bin","algo":"sha256","oid":"%s","size":5}}
        """
            .formatted("a".repeat(64));
    HttpResponse<String> answer = owner("POST", "/api/models/acme/tiny/commit/main", body);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("was not uploaded");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "[]", "{\"key\":\"header\"}", "{\"key\":\"boo\",\"value\":{}}", ""})
  void aBrokenCommitIsRefused(String body) throws Exception {
    assertThat(owner("POST", "/api/models/acme/tiny/commit/main", body).statusCode())
        .isEqualTo(400);
  }

  @Test
  void onlyTheTokenWrites() throws Exception {
    String create = "{\"name\":\"x\",\"organization\":\"acme\"}";
    assertThat(send("POST", "/api/repos/create", create).statusCode()).isEqualTo(401);
    HttpResponse<String> wrong =
        send("POST", "/api/repos/create", create, "Authorization", "Bearer hf_bad");
    assertThat(wrong.statusCode()).isEqualTo(401);
    assertThat(wrong.body()).contains("Invalid credentials").doesNotContain("hf_bad");
    assertThat(send("DELETE", "/api/models/acme/tiny/branch/main", "").statusCode()).isEqualTo(401);
    assertThat(owner("POST", "/api/repos/create", create).statusCode()).isEqualTo(200);
    assertThat(owner("POST", "/api/repos/create", create).statusCode()).isEqualTo(409);
    assertThat(owner("POST", "/api/repos/create", "{\"name\":\"../x\"}").statusCode())
        .isEqualTo(400);
    assertThat(owner("DELETE", "/api/models/acme/tiny/branch/main", "").statusCode())
        .isEqualTo(403);
  }

  @Test
  void movesAndSquashes() throws Exception {
    String move = "{\"fromRepo\":\"acme/tiny\",\"toRepo\":\"acme/small\",\"type\":\"model\"}";
    assertThat(send("POST", "/api/repos/move", move).statusCode()).isEqualTo(401);
    assertThat(owner("POST", "/api/repos/move", move).statusCode()).isEqualTo(200);
    assertThat(owner("POST", "/api/repos/move", move).statusCode()).isEqualTo(404);
    assertThat(send("GET", "/api/models/acme/tiny", "").statusCode()).isEqualTo(404);
    assertThat(send("GET", "/acme/small/resolve/main/config.json", "").body())
        .isEqualTo("0123456789");
    String commit =
        """
        {"key":"header","value":{"summary":"second"}}
        {"key":"file","value":{"path":"a.txt","content":"eA==","encoding":"base64"}}
        """;
    assertThat(owner("POST", "/api/models/acme/small/commit/main", commit).statusCode())
        .isEqualTo(200);
    assertThat(owner("POST", "/api/models/acme/small/super-squash/main", "{}").statusCode())
        .isEqualTo(200);
    JsonNode history =
        new ObjectMapper().readTree(send("GET", "/api/models/acme/small/commits/main", "").body());
    assertThat(history).hasSize(1);
    assertThat(send("GET", "/acme/small/resolve/main/a.txt", "").body()).isEqualTo("x");
    stop();
    start();
    assertThat(send("GET", "/api/models/acme/tiny", "").statusCode())
        .as("a moved repository is not imported again")
        .isEqualTo(404);
    assertThat(send("GET", "/acme/small/resolve/main/a.txt", "").body()).isEqualTo("x");
  }

  @Test
  void rangesAsHttpWantsThem() throws Exception {
    String file = "/acme/tiny/resolve/main/config.json";
    assertRange(file, "bytes=3-", 206, "3456789", "bytes 3-9/10");
    assertRange(file, "bytes=3-5", 206, "345", "bytes 3-5/10");
    assertRange(file, "bytes=-2", 206, "89", "bytes 8-9/10");
    assertRange(file, "bytes=5-99", 206, "56789", "bytes 5-9/10");
    assertRange(file, "bytes=10-", 416, "", "bytes */10");
    assertRange(file, "lines=1-2", 200, "0123456789", "");
    String etag = send("GET", file, "").headers().firstValue("ETag").orElseThrow();
    assertThat(send("GET", file, "", "If-None-Match", etag).statusCode()).isEqualTo(304);
  }

  private void assertRange(String file, String range, int status, String body, String header)
      throws Exception {
    HttpResponse<String> answer = send("GET", file, "", "Range", range);
    assertThat(answer.statusCode()).as(range).isEqualTo(status);
    assertThat(answer.body()).as(range).isEqualTo(body);
    assertThat(answer.headers().firstValue("Content-Range").orElse("")).isEqualTo(header);
  }
}
