package io.ingot.merge.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Prints a table of all merge methods on synthetic models: rate, bandwidth, its ratio to {@code cp}
 * of one of the models, memory. Every figure is of a whole {@code ingot merge} process with inputs
 * in the page cache, the median of several runs; bandwidth counts bytes read and written. Rates are
 * of a merge that does not hash what it writes, since neither {@code cp} nor mergekit does.
 *
 * <p>Arguments, {@code key=value}: {@code ingot} (the launcher), {@code folder} (for models, kept
 * there), {@code shapes} (small, 8b), {@code layers}, {@code weights} (normal; none: holes, to try
 * sizes for which there is no room), {@code methods} (a list), {@code runs}.
 */
public final class MergeBenchmark {
  private final Path launcher;
  private final Path folder;
  private final SyntheticModel model;
  private final boolean hollow;
  private final int runs;
  private final PrintStream out;

  private MergeBenchmark(
      Path launcher, Path folder, SyntheticModel model, boolean hollow, int runs, PrintStream out) {
    this.launcher = launcher;
    this.folder = folder;
    this.model = model;
    this.hollow = hollow;
    this.runs = runs;
    this.out = out;
  }

  public static void main(String[] arguments) throws Exception {
    Arguments given = Arguments.of(arguments);
    SyntheticModel model =
        given.text("shapes", "small").equals("8b")
            ? SyntheticModel.llama8b(given.number("layers", 2))
            : SyntheticModel.small(given.number("layers", 15));
    boolean hollow = given.text("weights", "normal").equals("none");
    Path folder =
        Path.of(given.text("folder", System.getProperty("java.io.tmpdir") + "/ingot-bench"))
            .resolve(
                given.text("shapes", "small") + "-" + model.layers() + (hollow ? "-hollow" : ""));
    List<String> names =
        Stream.of(given.text("methods", "").split(",")).filter(n -> !n.isEmpty()).toList();
    new MergeBenchmark(
            Path.of(given.text("ingot", "../ingot")).toAbsolutePath().normalize(),
            folder,
            model,
            hollow,
            given.number("runs", 3),
            System.out)
        .run(
            BenchmarkedMethod.ALL.stream()
                .filter(m -> names.isEmpty() || names.contains(m.name()))
                .toList());
  }

  private void run(List<BenchmarkedMethod> methods) throws IOException, InterruptedException {
    prepare();
    double copy = copyBandwidth();
    out.printf(
        Locale.ROOT,
        "%.0f M parameters in bfloat16, %d processors, a plain copy moves %.1f GB/s%n%n",
        model.parameters() / 1e6,
        Runtime.getRuntime().availableProcessors(),
        copy);
    out.println(
        "| method | models read | s | with SHA-256 | Mparam/s | GB/s | of a plain copy | against mergekit | peak MB |");
    out.println("|---|---|---|---|---|---|---|---|---|");
    for (BenchmarkedMethod method : methods) {
      Path recipe = folder.resolve(method.name() + ".yml");
      Files.writeString(recipe, method.recipe(folder));
      List<String> hashing = List.of(launcher.toString(), "merge", recipe.toString());
      List<String> plain = new ArrayList<>(hashing);
      plain.add("--no-sha256");
      long peak = peakMemory(hashing);
      double seconds = seconds(plain);
      double rate = model.parameters() / 1e6 / seconds;
      double bandwidth = rate * 2 * (method.models() + 1) / 1e3;
      out.printf(
          Locale.ROOT,
          "| %s | %d | %.2f | %.2f | %.0f | %.1f | %.0f %% | %s | %.0f |%n",
          method.name(),
          method.models(),
          seconds,
          seconds(hashing),
          rate,
          bandwidth,
          100 * bandwidth / copy,
          method.peer() == 0 ? "" : String.format(Locale.ROOT, "%.1fx", rate / method.peer()),
          peak / 1e6);
    }
  }

  private void prepare() throws IOException, InterruptedException {
    // The launcher builds when it has to; that is not to be measured.
    Files.createDirectories(folder);
    ProcessRun.seconds(List.of(launcher.toString(), "--version"), folder.resolve("build.log"));
    List<String> names = List.of("base", "first", "second");
    for (int i = 0; i < names.size(); i++) {
      Path target = folder.resolve(names.get(i));
      if (!Files.exists(target)) {
        Path partial = folder.resolve("." + names.get(i));
        delete(partial);
        if (hollow) {
          model.writeHollow(partial);
        } else {
          model.write(partial, i);
        }
        Files.move(partial, target);
      }
      read(target);
    }
  }

  /** Bytes read and written per second by the system's own copy, in GB. */
  private double copyBandwidth() throws IOException, InterruptedException {
    double seconds = seconds(List.of("cp", "-r", folder.resolve("base").toString()));
    return 2.0 * 2 * model.parameters() / 1e9 / seconds;
  }

  /** The median time of a command, which is given a folder to make. */
  private double seconds(List<String> command) throws IOException, InterruptedException {
    List<Double> all = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      all.add(ProcessRun.seconds(withResult(command), folder.resolve("run.log")));
    }
    delete(result());
    return all.stream().sorted().toList().get(runs / 2);
  }

  private long peakMemory(List<String> command) throws IOException, InterruptedException {
    long peak = ProcessRun.peakMemory(withResult(command), folder.resolve("run.log"));
    delete(result());
    return peak;
  }

  /** Makes way for the result; what earlier runs left to be written to the disk is written. */
  private List<String> withResult(List<String> command) throws IOException, InterruptedException {
    delete(result());
    ProcessRun.seconds(List.of("sync"), folder.resolve("run.log"));
    List<String> all = new ArrayList<>(command);
    all.add(result().toString());
    return all;
  }

  private Path result() {
    return folder.resolve("out");
  }

  private static void read(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        try (InputStream in = Files.newInputStream(file)) {
          in.transferTo(OutputStream.nullOutputStream());
        }
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
