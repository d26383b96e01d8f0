package io.ingot.hub;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.binaryEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.put;
import static com.github.tomakehurst.wiremock.client.WireMock.putRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Uploads that break, and what the Hub holds afterwards. */
class CommitFaultsTest {
  private static final String OLD = "a".repeat(40);
  private static final String NEW = "b".repeat(40);
  private static final RepoId REPO = RepoId.model("acme/out");
  private static final String API = "/api/models/acme/out";

  @RegisterExtension
  static final WireMockExtension HUB =
      WireMockExtension.newInstance()
          .options(WireMockConfiguration.wireMockConfig().dynamicPort())
          .build();

  @RegisterExtension
  static final WireMockExtension S3 =
      WireMockExtension.newInstance()
          .options(WireMockConfiguration.wireMockConfig().dynamicPort())
          .build();

  @TempDir Path temp;
  private final FakeContent model = FakeContent.lfs("model.safetensors", 25_000, 3);
  private final FakeContent card = FakeContent.text("README.md", "# card\n");
  private List<Hub.Upload> uploads = List.of();

  @BeforeEach
  void prepare() throws IOException {
    Path weights = Files.write(temp.resolve("w"), model.bytes());
    Path text = Files.write(temp.resolve("r"), card.bytes());
    uploads =
        List.of(new Hub.Upload("model.safetensors", weights), new Hub.Upload("README.md", text));
    head(OLD);
    HUB.stubFor(
        post(urlPathEqualTo(API + "/preupload/main"))
            .willReturn(
                okJson(
                    """
                    {"files":[
                      {"path":"model.safetensors","uploadMode":"lfs","shouldIgnore":false},
                      {"path":"README.md","uploadMode":"regular","shouldIgnore":false}]}
                    """)));
    HUB.stubFor(
        post(urlPathEqualTo("/acme/out.git/info/lfs/objects/batch"))
            .willReturn(
                okJson(
                    "{\"transfer\":\"basic\",\"objects\":[{\"oid\":\""
                        + model.sha256()
                        + "\",\"size\":25000}]}")));
  }

  private static void head(String commit, FakeContent... files) {
    HUB.stubFor(
        get(urlPathEqualTo(API + "/revision/main"))
            .willReturn(okJson("{\"id\":\"acme/out\",\"sha\":\"" + commit + "\"}")));
    HUB.stubFor(
        get(urlPathEqualTo(API + "/tree/" + commit))
            .willReturn(
                okJson(
                    "["
                        + String.join(",", Arrays.stream(files).map(FakeContent::entry).toList())
                        + "]")));
  }

  private String commit(Optional<String> parent) {
    HubConfig config =
        new HubConfig(
            URI.create(HUB.baseUrl()),
            Optional.of(AccessToken.of("hf_secret", "HF_TOKEN")),
            temp.resolve("cache"),
            false,
            Duration.ofSeconds(5),
            Duration.ofSeconds(5));
    RetryPolicy retries = new RetryPolicy(3, Duration.ofMinutes(1), p -> {}, () -> 0);
    try (HubClient client = new HubClient(config, retries, Map.of())) {
      return client.commit(
          REPO, "main", parent, "Publish\n\nIngot-Run: 7", uploads, List.of(), Progress.NONE);
    }
  }

  @Test
  void namesTheParentAndSendsSmallFilesInline() {
    HUB.stubFor(
        post(urlPathEqualTo(API + "/commit/main"))
            .willReturn(okJson("{\"commitOid\":\"" + NEW + "\"}")));
    assertThat(commit(Optional.of(OLD))).isEqualTo(NEW);
    HUB.verify(
        postRequestedFor(urlPathEqualTo(API + "/commit/main"))
            .withHeader("Content-Type", equalTo("application/x-ndjson"))
            .withHeader("Authorization", equalTo("Bearer hf_secret"))
            .withRequestBody(containing("\"summary\":\"Publish\""))
            .withRequestBody(containing("\"description\":\"Ingot-Run: 7\""))
            .withRequestBody(containing("\"parentCommit\":\"" + OLD + "\""))
            .withRequestBody(containing("\"content\":\"IyBjYXJkCg==\",\"path\":\"README.md\""))
            .withRequestBody(containing("\"algo\":\"sha256\",\"oid\":\"" + model.sha256())));
  }

  @Test
  void makesNoCommitWhenNothingWouldChange() {
    head(OLD, model, card);
    assertThat(commit(Optional.empty())).isEqualTo(OLD);
    HUB.verify(0, postRequestedFor(urlPathMatching("/.*")));
  }

  @Test
  void findsTheCommitWhoseAnswerWasLost() {
    HUB.stubFor(
        get(urlPathEqualTo(API + "/revision/main"))
            .inScenario("lost")
            .whenScenarioStateIs("made")
            .willReturn(okJson("{\"id\":\"acme/out\",\"sha\":\"" + NEW + "\"}")));
    HUB.stubFor(
        get(urlPathEqualTo(API + "/tree/" + NEW))
            .willReturn(okJson("[" + model.entry() + "," + card.entry() + "]")));
    HUB.stubFor(
        post(urlPathEqualTo(API + "/commit/main"))
            .inScenario("lost")
            .whenScenarioStateIs(Scenario.STARTED)
            .willReturn(aResponse().withFault(Fault.EMPTY_RESPONSE))
            .willSetStateTo("made"));
    assertThat(commit(Optional.of(OLD))).isEqualTo(NEW);
    HUB.verify(1, postRequestedFor(urlPathEqualTo(API + "/commit/main")));
  }

  @Test
  void sendsTheCommitAgainWhenItDidNotArrive() {
    HUB.stubFor(
        post(urlPathEqualTo(API + "/commit/main"))
            .inScenario("busy")
            .whenScenarioStateIs(Scenario.STARTED)
            .willReturn(aResponse().withStatus(504))
            .willSetStateTo("free"));
    HUB.stubFor(
        post(urlPathEqualTo(API + "/commit/main"))
            .inScenario("busy")
            .whenScenarioStateIs("free")
            .willReturn(okJson("{\"commitOid\":\"" + NEW + "\"}")));
    assertThat(commit(Optional.of(OLD))).isEqualTo(NEW);
  }

  @Test
  void stopsWhenTheBranchMoved() {
    HUB.stubFor(post(urlPathEqualTo(API + "/commit/main")).willReturn(aResponse().withStatus(412)));
    assertThatThrownBy(() -> commit(Optional.of(OLD)))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CONFLICT));
    assertThatThrownBy(() -> commit(Optional.of(NEW)))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CONFLICT))
        .hasMessageContaining(OLD)
        .hasMessageContaining(NEW);
  }

  @Test
  void uploadsInPartsWithoutTheToken() {
    HUB.stubFor(
        post(urlPathEqualTo("/acme/out.git/info/lfs/objects/batch"))
            .willReturn(
                okJson(
                    """
                    {"transfer":"multipart","objects":[{"oid":"OID","size":25000,"actions":{
                      "upload":{"href":"HUB/complete","header":{"chunk_size":"10000",
                        "00001":"S3/p?n=1","00002":"S3/p?n=2","00003":"S3/p?n=3"}},
                      "verify":{"href":"HUB/verify"}}}]}
                    """
                        .replace("OID", model.sha256())
                        .replace("HUB", HUB.baseUrl())
                        .replace("S3", S3.baseUrl()))));
    for (int part = 1; part <= 3; part++) {
      byte[] slice =
          Arrays.copyOfRange(model.bytes(), (part - 1) * 10_000, Math.min(part * 10_000, 25_000));
      S3.stubFor(
          put(urlEqualTo("/p?n=" + part))
              .withHeader("Authorization", absent())
              .withRequestBody(binaryEqualTo(slice))
              .willReturn(aResponse().withHeader("ETag", "\"tag" + part + "\"")));
    }
    HUB.stubFor(post(urlPathEqualTo("/complete")).willReturn(okJson("{}")));
    HUB.stubFor(post(urlPathEqualTo("/verify")).willReturn(okJson("{}")));
    HUB.stubFor(
        post(urlPathEqualTo(API + "/commit/main"))
            .willReturn(okJson("{\"commitOid\":\"" + NEW + "\"}")));
    assertThat(commit(Optional.empty())).isEqualTo(NEW);
    S3.verify(3, putRequestedFor(urlPathEqualTo("/p")));
    HUB.verify(
        postRequestedFor(urlPathEqualTo("/complete"))
            .withRequestBody(
                equalToJson(
                    """
                    {"oid":"OID","parts":[{"partNumber":1,"etag":"\\"tag1\\""},
                      {"partNumber":2,"etag":"\\"tag2\\""},{"partNumber":3,"etag":"\\"tag3\\""}]}
                    """
                        .replace("OID", model.sha256()))));
    HUB.verify(
        postRequestedFor(urlPathEqualTo("/verify"))
            .withHeader("Authorization", equalTo("Bearer hf_secret")));
  }

  @Test
  void saysThatATokenIsMissingForWriting() {
    HUB.stubFor(
        post(urlPathEqualTo(API + "/preupload/main"))
            .willReturn(aResponse().withStatus(401).withBody("{\"error\":\"no\"}")));
    assertThatThrownBy(() -> commit(Optional.empty()))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FAILED))
        .hasMessageContaining("token from HF_TOKEN")
        .hasMessageNotContaining("hf_secret");
  }
}
