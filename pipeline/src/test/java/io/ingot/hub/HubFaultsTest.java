package io.ingot.hub;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.progress.Progress;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong between here and the Hub, and what becomes of it. */
class HubFaultsTest {
  private static final String SECRET = "hf_verySecretToken123";
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final RepoId REPO = RepoId.model("acme/base");
  private static final String RESOLVE = "/acme/base/resolve/" + COMMIT + "/model.safetensors";

  @RegisterExtension
  static final WireMockExtension HUB =
      WireMockExtension.newInstance()
          .options(WireMockConfiguration.wireMockConfig().dynamicPort())
          .build();

  @RegisterExtension
  static final WireMockExtension CDN =
      WireMockExtension.newInstance()
          .options(WireMockConfiguration.wireMockConfig().dynamicPort())
          .build();

  @TempDir Path cache;
  private final FakeContent model = FakeContent.lfs("model.safetensors", 50_000, 1);
  private final List<Duration> pauses = new CopyOnWriteArrayList<>();

  private HubClient client(URI endpoint, int tries) {
    HubConfig config =
        new HubConfig(
            endpoint,
            Optional.of(AccessToken.of(SECRET, "HF_TOKEN")),
            cache,
            false,
            Duration.ofMillis(1500),
            Duration.ofMillis(700));
    return new HubClient(
        config,
        new RetryPolicy(tries, Duration.ofMinutes(6), pauses::add, () -> 0.5),
        java.util.Map.of());
  }

  private HubClient client() {
    return client(URI.create(HUB.baseUrl()), 4);
  }

  private RepoInfo info() {
    return new RepoInfo(
        REPO, COMMIT, false, false, List.of(), CardFrontMatter.none(), List.of(model.file()));
  }

  private Path download(HubClient client) {
    return client.download(info(), f -> true, Progress.NONE).resolve("model.safetensors");
  }

  private ResponseDefinitionBuilder content() {
    return aResponse().withBody(model.bytes()).withHeader("ETag", '"' + model.sha256() + '"');
  }

  private void assertFails(ThrowingCallable work, ErrorKind kind, String... parts) {
    assertThatThrownBy(work)
        .isInstanceOfSatisfying(
            IngotException.class,
            e -> {
              assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
              assertThat(e.getMessage()).contains(parts).doesNotContain(SECRET);
            });
    assertThat(blobs()).as("nothing unverified is kept as a blob").isEmpty();
  }

  private List<String> blobs() {
    Path folder = cache.resolve("models--acme--base/blobs");
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(p -> p.getFileName().toString())
          .filter(n -> !n.endsWith(".incomplete"))
          .toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void resumesWithTheRestOnly() throws IOException {
    Path part = cache.resolve("models--acme--base/blobs/" + model.sha256() + ".ingot.incomplete");
    Files.createDirectories(part.getParent());
    Files.write(part, java.util.Arrays.copyOf(model.bytes(), 20_000));
    byte[] rest = java.util.Arrays.copyOfRange(model.bytes(), 20_000, 50_000);
    HUB.stubFor(
        get(urlPathEqualTo(RESOLVE))
            .withHeader("Range", equalTo("bytes=20000-"))
            .willReturn(
                aResponse()
                    .withStatus(206)
                    .withHeader("Content-Range", "bytes 20000-49999/50000")
                    .withBody(rest)));
    try (HubClient client = client()) {
      assertThat(download(client)).hasBinaryContent(model.bytes());
    }
    assertThat(part).doesNotExist();
    HUB.verify(1, getRequestedFor(urlPathEqualTo(RESOLVE)));
  }

  @Test
  void startsOverWhenTheWholeComesInsteadOfTheRest() throws IOException {
    Path part = cache.resolve("models--acme--base/blobs/" + model.sha256() + ".ingot.incomplete");
    Files.createDirectories(part.getParent());
    Files.write(part, java.util.Arrays.copyOf(model.bytes(), 20_000));
    HUB.stubFor(get(urlPathEqualTo(RESOLVE)).willReturn(content()));
    try (HubClient client = client()) {
      assertThat(download(client)).hasBinaryContent(model.bytes());
    }
  }

  @Test
  void startsOverWhenTheRangeIsRefusedOrWrong() throws IOException {
    Path part = cache.resolve("models--acme--base/blobs/" + model.sha256() + ".ingot.incomplete");
    Files.createDirectories(part.getParent());
    Files.write(part, java.util.Arrays.copyOf(model.bytes(), 20_000));
    HUB.stubFor(
        get(urlPathEqualTo(RESOLVE))
            .withHeader("Range", equalTo("bytes=20000-"))
            .willReturn(aResponse().withStatus(416)));
    HUB.stubFor(get(urlPathEqualTo(RESOLVE)).withHeader("Range", absent()).willReturn(content()));
    try (HubClient client = client()) {
      assertThat(download(client)).hasBinaryContent(model.bytes());
    }
  }

  @Test
  void repairsADamagedPart() throws IOException {
    Path part = cache.resolve("models--acme--base/blobs/" + model.sha256() + ".ingot.incomplete");
    Files.createDirectories(part.getParent());
    Files.write(part, new byte[50_000]);
    HUB.stubFor(get(urlPathEqualTo(RESOLVE)).willReturn(content()));
    try (HubClient client = client()) {
      assertThat(download(client)).hasBinaryContent(model.bytes());
    }
  }

  @Test
  void refusesAnotherContentOfTheRightSize() {
    byte[] wrong = model.bytes().clone();
    wrong[77] ^= 1;
    HUB.stubFor(get(urlPathEqualTo(RESOLVE)).willReturn(aResponse().withBody(wrong)));
    try (HubClient client = client()) {
      assertFails(
          () -> download(client), ErrorKind.FAILED, "model.safetensors", "SHA-256", model.sha256());
    }
    HUB.verify(2, getRequestedFor(urlPathEqualTo(RESOLVE)));
  }

  @Test
  void refusesAnotherLength() {
    HUB.stubFor(get(urlPathEqualTo(RESOLVE)).willReturn(aResponse().withBody(new byte[60_000])));
    try (HubClient client = client()) {
      assertFails(() -> download(client), ErrorKind.UNREACHABLE, "50000");
    }
  }

  @Test
  void waitsAsLongAsTheRateLimitSays() {
    HUB.stubFor(
        get(urlPathEqualTo(RESOLVE))
            .inScenario("limit")
            .whenScenarioStateIs(Scenario.STARTED)
            .willReturn(
                aResponse().withStatus(429).withHeader("RateLimit", "\"resolvers\";r=0;t=55"))
            .willSetStateTo("again"));
    HUB.stubFor(
        get(urlPathEqualTo(RESOLVE))
            .inScenario("limit")
            .whenScenarioStateIs("again")
            .willReturn(aResponse().withStatus(429).withHeader("Retry-After", "7"))
            .willSetStateTo("free"));
    HUB.stubFor(
        get(urlPathEqualTo(RESOLVE))
            .inScenario("limit")
            .whenScenarioStateIs("free")
            .willReturn(content()));
    try (HubClient client = client()) {
      assertThat(download(client)).hasBinaryContent(model.bytes());
    }
    assertThat(pauses).containsExactly(Duration.ofMillis(56_250), Duration.ofMillis(7_250));
  }

  @Test
  void doesNotWaitForever() {
    HUB.stubFor(
        get(urlPathEqualTo(RESOLVE))
            .willReturn(aResponse().withStatus(429).withHeader("Retry-After", "86400")));
    try (HubClient client = client()) {
      assertFails(() -> download(client), ErrorKind.UNREACHABLE, "429", "86400 s");
    }
    assertThat(pauses).isEmpty();
  }

  @Test
  void triesABusyServerAgainWithGrowingPauses() {
    HUB.stubFor(get(urlPathEqualTo(RESOLVE)).willReturn(aResponse().withStatus(503)));
    try (HubClient client = client()) {
      assertFails(() -> download(client), ErrorKind.UNREACHABLE, "503", "4 tries");
    }
    assertThat(pauses)
        .containsExactly(Duration.ofMillis(750), Duration.ofMillis(1500), Duration.ofMillis(3000));
  }

  @Test
  void givesUpOnAHubThatHangs() {
    HUB.stubFor(get(urlPathEqualTo(RESOLVE)).willReturn(content().withFixedDelay(20_000)));
    try (HubClient client = client(URI.create(HUB.baseUrl()), 1)) {
      assertFails(() -> download(client), ErrorKind.UNREACHABLE, "no answer");
    }
  }

  @Test
  void givesUpOnATransferThatStandsStill() throws IOException {
    try (BrokenServer server = BrokenServer.stallingAfter(model.bytes(), 10_000);
        HubClient client = client(server.uri(), 2)) {
      assertFails(() -> download(client), ErrorKind.UNREACHABLE, "nothing arrived");
      assertThat(server.ranges()).containsExactly("", "bytes=10000-");
    }
  }

  @Test
  void goesOnWhereTheStreamBroke() throws IOException {
    List<Integer> breaks = List.of(0, 1, 4095, 4096, 40_000, 49_999);
    try (BrokenServer server = BrokenServer.closingAt(model.bytes(), breaks);
        HubClient client = client(server.uri(), 2)) {
      assertThat(download(client)).hasBinaryContent(model.bytes());
      assertThat(server.ranges())
          .containsExactly(
              "", "", "bytes=1-", "bytes=4095-", "bytes=4096-", "bytes=40000-", "bytes=49999-");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"CONNECTION_RESET_BY_PEER", "EMPTY_RESPONSE", "RANDOM_DATA_THEN_CLOSE"})
  void triesABrokenConnectionAgain(String fault) {
    HUB.stubFor(
        get(urlPathEqualTo(RESOLVE))
            .inScenario("broken")
            .whenScenarioStateIs(Scenario.STARTED)
            .willReturn(aResponse().withFault(Fault.valueOf(fault)))
            .willSetStateTo("whole"));
    HUB.stubFor(
        get(urlPathEqualTo(RESOLVE))
            .inScenario("broken")
            .whenScenarioStateIs("whole")
            .willReturn(content()));
    try (HubClient client = client()) {
      assertThat(download(client)).hasBinaryContent(model.bytes());
    }
  }

  @Test
  void namesAProxyThatAnswersHtml() {
    HUB.stubFor(
        get(urlPathMatching("/.*"))
            .willReturn(
                aResponse()
                    .withHeader("Content-Type", "text/html; charset=utf-8")
                    .withBody("<html><title>Please log in</title></html>")));
    try (HubClient client = client()) {
      assertFails(() -> download(client), ErrorKind.UNREACHABLE, "HTML", "proxy", "Please log in");
      assertFails(() -> client.info(REPO, "main"), ErrorKind.UNREACHABLE, "HTML", "HF_ENDPOINT");
    }
    assertThat(pauses).isEmpty();
  }

  @Test
  void followsARedirectToAnotherHostWithoutTheToken() {
    HUB.stubFor(
        get(urlPathEqualTo(RESOLVE))
            .willReturn(
                aResponse().withStatus(302).withHeader("Location", CDN.url("/blob?sig=x"))));
    CDN.stubFor(get(urlPathEqualTo("/blob")).willReturn(content()));
    try (HubClient client = client()) {
      assertThat(download(client)).hasBinaryContent(model.bytes());
    }
    HUB.verify(
        getRequestedFor(urlPathEqualTo(RESOLVE))
            .withHeader("Authorization", equalTo("Bearer " + SECRET)));
    CDN.verify(getRequestedFor(urlPathEqualTo("/blob")).withHeader("Authorization", absent()));
    CDN.verify(getRequestedFor(urlPathEqualTo("/blob")).withHeader("X-Amzn-Trace-Id", absent()));
  }

  @Test
  void keepsTheTokenOnARedirectWithinTheHub() {
    HUB.stubFor(
        get(urlPathEqualTo("/api/models/acme/base/revision/main"))
            .willReturn(
                aResponse()
                    .withStatus(307)
                    .withHeader("Location", "/api/models/acme/renamed/revision/main")));
    HUB.stubFor(
        get(urlPathEqualTo("/api/models/acme/renamed/revision/main"))
            .withHeader("Authorization", equalTo("Bearer " + SECRET))
            .willReturn(okJson("{\"id\":\"acme/renamed\",\"sha\":\"" + COMMIT + "\"}")));
    HUB.stubFor(
        get(urlPathMatching("/api/models/acme/base/tree/.*"))
            .willReturn(okJson("[" + model.entry() + "]")));
    try (HubClient client = client()) {
      assertThat(client.info(REPO, "main").files()).containsExactly(model.file());
    }
  }

  @Test
  void asksForANewAddressWhenTheSignedOneExpired() {
    HUB.stubFor(
        get(urlPathEqualTo(RESOLVE))
            .inScenario("signed")
            .whenScenarioStateIs(Scenario.STARTED)
            .willReturn(
                aResponse().withStatus(302).withHeader("Location", CDN.url("/blob?sig=old")))
            .willSetStateTo("new"));
    HUB.stubFor(
        get(urlPathEqualTo(RESOLVE))
            .inScenario("signed")
            .whenScenarioStateIs("new")
            .willReturn(
                aResponse().withStatus(302).withHeader("Location", CDN.url("/blob?sig=new"))));
    CDN.stubFor(
        get(urlPathEqualTo("/blob"))
            .withQueryParam("sig", equalTo("old"))
            .willReturn(
                aResponse().withStatus(403).withBody("<Error>Request has expired</Error>")));
    CDN.stubFor(
        get(urlPathEqualTo("/blob")).withQueryParam("sig", equalTo("new")).willReturn(content()));
    try (HubClient client = client()) {
      assertThat(download(client)).hasBinaryContent(model.bytes());
    }
    assertThat(pauses).hasSize(1);
  }

  @Test
  void refusesRedirectsWithoutEnd() {
    HUB.stubFor(
        get(urlPathEqualTo(RESOLVE))
            .willReturn(aResponse().withStatus(302).withHeader("Location", RESOLVE)));
    try (HubClient client = client()) {
      assertFails(() -> download(client), ErrorKind.UNREACHABLE, "without end");
    }
  }

  @Test
  void saysThatTheTokenIsWrongButNotWhatItIs() {
    HUB.stubFor(
        get(urlPathMatching("/.*"))
            .willReturn(
                aResponse()
                    .withStatus(401)
                    .withHeader("X-Error-Message", "Invalid credentials in Authorization header")
                    .withBody("{\"error\":\"Bearer " + SECRET + " is not known\"}")));
    try (HubClient client = client()) {
      assertFails(
          () -> client.info(REPO, "main"), ErrorKind.FAILED, "token from HF_TOKEN", "refused");
      assertFails(() -> download(client), ErrorKind.FAILED, "token from HF_TOKEN");
      assertFails(client::whoami, ErrorKind.FAILED, "token from HF_TOKEN");
    }
  }

  @Test
  void redactsATokenThatTheServerEchoes() {
    HUB.stubFor(
        get(urlPathMatching("/.*"))
            .willReturn(
                aResponse()
                    .withStatus(400)
                    .withBody("{\"error\":\"bad header Bearer " + SECRET + " hf_another1234\"}")));
    try (HubClient client = client()) {
      assertFails(() -> client.info(REPO, "main"), ErrorKind.FAILED, "bad header Bearer ***");
    }
  }

  @Test
  void tellsWhereTheTermsOfAGatedRepositoryAreAccepted() {
    HUB.stubFor(
        get(urlPathMatching("/.*"))
            .willReturn(
                aResponse()
                    .withStatus(403)
                    .withHeader("X-Error-Code", "GatedRepo")
                    .withHeader("X-Error-Message", "Access to model acme/base is restricted.")));
    try (HubClient client = client()) {
      assertFails(
          () -> client.info(REPO, "main"),
          ErrorKind.FAILED,
          "gated",
          HUB.baseUrl() + "/acme/base",
          "HF_TOKEN");
    }
  }

  @Test
  void tellsMissingThingsApart() {
    HUB.stubFor(
        get(urlPathEqualTo("/api/models/acme/base/revision/main"))
            .willReturn(aResponse().withStatus(404).withHeader("X-Error-Code", "RepoNotFound")));
    HUB.stubFor(
        get(urlPathEqualTo("/api/models/acme/base/revision/v9"))
            .willReturn(
                aResponse().withStatus(404).withHeader("X-Error-Code", "RevisionNotFound")));
    HUB.stubFor(
        get(urlPathEqualTo(RESOLVE))
            .willReturn(aResponse().withStatus(404).withHeader("X-Error-Code", "EntryNotFound")));
    try (HubClient client = client()) {
      assertFails(
          () -> client.info(REPO, "main"), ErrorKind.NOT_FOUND, "acme/base", "private", "HF_TOKEN");
      assertFails(() -> client.info(REPO, "v9"), ErrorKind.NOT_FOUND, "no revision 'v9'");
      assertFails(() -> download(client), ErrorKind.NOT_FOUND, "no file 'model.safetensors'");
    }
  }

  @Test
  void saysThatNobodyIsThere() {
    try (HubClient client = client(URI.create("http://127.0.0.1:1"), 4)) {
      assertFails(
          () -> client.info(REPO, "main"),
          ErrorKind.UNREACHABLE,
          "http://127.0.0.1:1",
          "HF_HUB_OFFLINE=1");
    }
    assertThat(pauses).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../escape.txt",
        "/etc/passwd",
        "a/../../b",
        "C:/x",
        "\\\\\\\\host\\\\share",
        "a/./b",
        "con",
        "x/NUL.txt",
        "trailing.",
        "space ",
        ".git/config",
        ".cache/x",
        "~/x",
        "a//b",
        "a\\u0000b",
        "a:stream",
        "\\u202etxt.exe",
        ""
      })
  void refusesFileNamesThatWouldLeaveTheSnapshot(String name) {
    stubInfo();
    HUB.stubFor(
        get(urlPathMatching("/api/models/acme/base/tree/.*"))
            .willReturn(
                okJson(
                    "[{\"type\":\"file\",\"path\":\""
                        + name
                        + "\",\"oid\":\""
                        + COMMIT
                        + "\",\"size\":1}]")));
    try (HubClient client = client()) {
      assertFails(() -> client.info(REPO, "main"), ErrorKind.INVALID, "acme/base", "name");
    }
  }

  @Test
  void refusesTwoNamesOfOneFile() {
    stubInfo();
    String first = FakeContent.text("Config.json", "a").entry();
    String second = FakeContent.text("config.JSON", "b").entry();
    HUB.stubFor(
        get(urlPathMatching("/api/models/acme/base/tree/.*"))
            .willReturn(okJson("[" + first + "," + second + "]")));
    try (HubClient client = client()) {
      assertFails(() -> client.info(REPO, "main"), ErrorKind.INVALID, "Config.json");
    }
  }

  @Test
  void followsPagesOnTheSameHostOnly() {
    stubInfo();
    FakeContent second = FakeContent.text("config.json", "{}");
    HUB.stubFor(
        get(urlPathMatching("/api/models/acme/base/tree/.*"))
            .withQueryParam("cursor", absent())
            .willReturn(
                okJson("[" + model.entry() + "]")
                    .withHeader(
                        "Link",
                        "<"
                            + HUB.url("/api/models/acme/base/tree/" + COMMIT + "?cursor=2")
                            + ">; rel=\"next\"")));
    HUB.stubFor(
        get(urlPathMatching("/api/models/acme/base/tree/.*"))
            .withQueryParam("cursor", equalTo("2"))
            .willReturn(okJson("[" + second.entry() + "]")));
    try (HubClient client = client()) {
      assertThat(client.info(REPO, "main").files()).containsExactly(model.file(), second.file());
      HUB.stubFor(
          get(urlPathMatching("/api/models/acme/base/tree/.*"))
              .willReturn(
                  okJson("[]").withHeader("Link", "<" + CDN.url("/more") + ">; rel=\"next\"")));
      assertFails(() -> client.info(REPO, "main"), ErrorKind.FAILED, "another host");
    }
  }

  @Test
  void readsTheCacheAloneWhenOffline() {
    HUB.stubFor(get(urlPathEqualTo(RESOLVE)).willReturn(content()));
    stubInfo();
    HUB.stubFor(
        get(urlPathMatching("/api/models/acme/base/tree/.*"))
            .willReturn(okJson("[" + model.entry() + "]")));
    try (HubClient client = client()) {
      client.download(client.info(REPO, "main"), f -> true, Progress.NONE);
    }
    HUB.resetAll();
    HubConfig offline =
        HubConfig.of(
            java.util.Map.of(
                "HF_HUB_OFFLINE", "1",
                "HF_ENDPOINT", HUB.baseUrl(),
                "HF_HUB_CACHE", cache.toString()));
    try (HubClient client = new HubClient(offline)) {
      RepoInfo info = client.info(REPO, "main");
      assertThat(info.commit()).isEqualTo(COMMIT);
      Path snapshot = client.download(info, f -> true, Progress.NONE);
      assertThat(snapshot.resolve("model.safetensors")).hasBinaryContent(model.bytes());
      assertThatThrownBy(() -> client.info(RepoId.model("acme/other"), "main"))
          .isInstanceOfSatisfying(
              IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.NOT_FOUND))
          .hasMessageContaining("HF_HUB_OFFLINE");
    }
    assertThat(HUB.getAllServeEvents()).isEmpty();
  }

  private static void stubInfo() {
    HUB.stubFor(
        get(urlPathEqualTo("/api/models/acme/base/revision/main"))
            .willReturn(okJson("{\"id\":\"acme/base\",\"sha\":\"" + COMMIT + "\"}")));
  }
}
