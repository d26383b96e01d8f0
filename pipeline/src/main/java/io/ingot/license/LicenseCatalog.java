package io.ingot.license;

import io.ingot.error.IngotException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** All licenses whose terms are known, one file each. Immutable. */
public final class LicenseCatalog {
  private static final String FOLDER = "/licenses";
  private static final String HUB_IDS = "hub-ids.txt";

  private final SortedMap<String, License> byId = new TreeMap<>();
  private final Map<String, License> byName = new LinkedHashMap<>();
  private final Map<Pattern, License> byModel = new LinkedHashMap<>();
  private final Set<String> hubIds;

  private LicenseCatalog(Collection<License> licenses, Set<String> hubIds) {
    this.hubIds = hubIds;
    for (License license : licenses) {
      if (byId.put(license.id(), license) != null) {
        throw new IllegalArgumentException("two licenses are called " + license.id());
      }
      register(license.id(), license);
      license.spdx().ifPresent(spdx -> register(spdx, license));
      license.aliases().forEach(alias -> register(alias, license));
      license.models().forEach(model -> byModel.put(glob(model), license));
    }
  }

  private static final class Standard {
    static final LicenseCatalog INSTANCE = read();
  }

  /** The catalog that ships with Ingot; read once. */
  public static LicenseCatalog standard() {
    return Standard.INSTANCE;
  }

  /**
   * Reads a folder of {@code ID.yaml} files and {@code hub-ids.txt}.
   *
   * @throws IngotException for a file that breaks the grammar
   */
  public static LicenseCatalog read(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<License> licenses =
          files
              .filter(file -> file.toString().endsWith(".yaml"))
              .sorted()
              .map(file -> LicenseYaml.read(file.getFileName().toString(), text(file)))
              .toList();
      return new LicenseCatalog(
          licenses,
          Collections.unmodifiableSet(new TreeSet<>(Files.readAllLines(folder.resolve(HUB_IDS)))));
    }
  }

  public Collection<License> all() {
    return Collections.unmodifiableCollection(byId.values());
  }

  /** Every value that the Hub accepts as {@code license:}, whether its terms are known or not. */
  public Set<String> hubIds() {
    return hubIds;
  }

  /** By identifier, SPDX identifier or customary name; case does not matter. */
  public Optional<License> find(String name) {
    return Optional.ofNullable(byName.get(key(name)));
  }

  /** The license that a repository of this name is known to carry. */
  public Optional<License> ofModel(String repository) {
    return byModel.entrySet().stream()
        .filter(entry -> entry.getKey().matcher(repository).matches())
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /**
   * The license whose words stand in a text. Where several match (one text contains the other's
   * phrases), the one with more of them.
   */
  public Optional<License> ofText(String text) {
    String plain = text.toLowerCase(Locale.ROOT).replaceAll("[\\s*#>_\"“”]+", " ");
    return byId.values().stream()
        .filter(license -> license.text().stream().allMatch(plain::contains))
        .max(
            (a, b) ->
                Integer.compare(
                    String.join("", a.text()).length(), String.join("", b.text()).length()));
  }

  private void register(String name, License license) {
    License other = byName.put(key(name), license);
    if (other != null && other != license) {
      throw new IllegalArgumentException(
          name + " names both " + other.id() + " and " + license.id());
    }
  }

  private static String key(String name) {
    return name.strip().toLowerCase(Locale.ROOT).replaceAll("[\\s_]+", "-");
  }

  private static Pattern glob(String model) {
    return Pattern.compile(
        Stream.of(model.split("\\*", -1)).map(Pattern::quote).reduce((a, b) -> a + ".*" + b).get(),
        Pattern.CASE_INSENSITIVE);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static LicenseCatalog read() {
    URL url = LicenseCatalog.class.getResource(FOLDER + "/" + HUB_IDS);
    if (url == null) {
      throw new IllegalStateException("the license catalog is missing from the class path");
    }
    try {
      URI uri = url.toURI();
      if (!uri.getScheme().equals("jar")) {
        return read(Path.of(uri).resolveSibling(""));
      }
      // A class loader cannot list a folder of a jar; the file system of zip files can.
      Path jar = Path.of(URI.create(uri.getRawSchemeSpecificPart().replaceFirst("!/.*", "")));
      try (FileSystem zip = FileSystems.newFileSystem(jar)) {
        return read(zip.getPath(FOLDER));
      }
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
