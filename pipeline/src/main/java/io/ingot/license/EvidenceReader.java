package io.ingot.license;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.hub.Hub;
import io.ingot.hub.RepoFile;
import io.ingot.hub.RepoId;
import io.ingot.hub.RepoInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Collects what models and datasets say about their licenses. Reads small files only. */
public final class EvidenceReader {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MAX_TEXT = 1 << 20;
  private static final int MAX_CHAIN = 200;

  /** Evidence of a model folder; its name is the path as given. */
  public LicenseEvidence fromFolder(Path folder) {
    return fromFolder(folder, folder.toString(), LicenseEvidence.Kind.MODEL, Optional.empty());
  }

  /**
   * Evidence of a folder that is known under another name.
   *
   * @param commit where it is a snapshot of a repository
   * @throws IngotException NOT_FOUND for a missing folder, INVALID for a card that cannot be read
   */
  public LicenseEvidence fromFolder(
      Path folder, String subject, LicenseEvidence.Kind kind, Optional<String> commit) {
    if (!Files.isDirectory(folder)) {
      throw IngotException.notFound("folder " + folder + " does not exist");
    }
    try {
      SortedMap<String, String> files = new TreeMap<>();
      for (Path file : candidates(folder)) {
        String name = folder.relativize(file).toString().replace('\\', '/');
        if (LicenseFiles.isRelevant(name)) {
          text(file).ifPresent(text -> files.put(name, text));
        }
      }
      JsonNode card = MissingNode.getInstance();
      Path readme = folder.resolve("README.md");
      if (Files.isRegularFile(readme)) {
        card = FrontMatter.read(text(readme).orElse(""), readme.toString()).data();
      }
      List<String> bases = CardData.bases(card);
      Path adapter = folder.resolve("adapter_config.json");
      if (bases.isEmpty() && Files.isRegularFile(adapter)) {
        bases = adapterBase(adapter);
      }
      return CardData.evidence(subject, kind, commit, card, List.of(), files, bases);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Evidence of a repository at a commit: card data, tags, license files. */
  public LicenseEvidence fromHub(Hub hub, RepoInfo info) {
    SortedMap<String, String> files = new TreeMap<>();
    for (RepoFile file : info.files()) {
      if (LicenseFiles.isRelevant(file.path()) && file.size() <= MAX_TEXT) {
        read(hub, info, file.path()).ifPresent(text -> files.put(file.path(), text));
      }
    }
    JsonNode card = info.cardData();
    if (!card.isObject() && info.files().stream().anyMatch(f -> f.path().equals("README.md"))) {
      card =
          read(hub, info, "README.md")
              .<JsonNode>map(text -> FrontMatter.read(text, info.id().name() + "/README.md").data())
              .orElse(card);
    }
    List<String> bases = CardData.bases(card);
    if (bases.isEmpty()
        && info.files().stream().anyMatch(f -> f.path().equals("adapter_config.json"))) {
      bases =
          hub.file(info, "adapter_config.json").map(EvidenceReader::adapterBase).orElse(List.of());
    }
    LicenseEvidence.Kind kind =
        info.id().type() == RepoId.Type.MODEL
            ? LicenseEvidence.Kind.MODEL
            : LicenseEvidence.Kind.DATASET;
    return CardData.evidence(
        info.id().name(), kind, Optional.of(info.commit()), card, info.tags(), files, bases);
  }

  /**
   * The evidence given and that of every base that it declares, over any number of generations.
   * What the Hub does not have is left out; the engine reports it.
   */
  public List<LicenseEvidence> withBases(Hub hub, List<LicenseEvidence> evidence) {
    List<LicenseEvidence> chain = new ArrayList<>(evidence);
    Set<String> seen = new HashSet<>();
    evidence.forEach(one -> seen.add(Ancestor.key(one.subject())));
    Deque<String> open = new ArrayDeque<>();
    evidence.forEach(one -> open.addAll(one.bases()));
    boolean reachable = true;
    while (reachable && !open.isEmpty() && chain.size() < MAX_CHAIN) {
      String name = open.pop();
      if (!seen.add(Ancestor.key(name))) {
        continue;
      }
      try {
        LicenseEvidence base = fromHub(hub, hub.info(RepoId.model(name), "main"));
        chain.add(base);
        open.addAll(base.bases());
      } catch (IngotException e) {
        // What cannot be read is reported by the engine, which knows it to be missing.
        reachable = e.kind() != ErrorKind.UNREACHABLE;
      }
    }
    return chain;
  }

  /** A gated repository shows its card data to everybody, but not its files. */
  private static Optional<String> read(Hub hub, RepoInfo info, String path) {
    try {
      return hub.file(info, path).flatMap(EvidenceReader::text);
    } catch (IngotException e) {
      if (info.gated() && e.kind() == ErrorKind.FAILED) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Files of the folder itself and of LICENSES. */
  private static List<Path> candidates(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path place : List.of(folder, folder.resolve("LICENSES"))) {
      if (Files.isDirectory(place)) {
        try (Stream<Path> list = Files.list(place)) {
          list.filter(Files::isRegularFile).sorted().forEach(files::add);
        }
      }
    }
    return files;
  }

  private static List<String> adapterBase(Path config) {
    Optional<String> text = text(config);
    try {
      String base = JSON.readTree(text.orElse("{}")).path("base_model_name_or_path").asText("");
      return CardData.isRepository(base) ? List.of(base) : List.of();
    } catch (IOException e) {
      throw IngotException.invalid(config + " is no JSON: " + e.getMessage());
    }
  }

  /** The text of a small UTF-8 file; empty for anything else. */
  private static Optional<String> text(Path file) {
    try {
      if (Files.size(file) > MAX_TEXT) {
        return Optional.empty();
      }
      return Optional.of(
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
              .toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
