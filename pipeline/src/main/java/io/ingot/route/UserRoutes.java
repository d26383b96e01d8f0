package io.ingot.route;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;

/**
 * Routes that users add in Camel's YAML, e.g. to mirror artifacts or to tell a chat: files of
 * {@code configs/routes}. They hear of runs at {@link EventRoutes#EVENTS}; the flow of the steps is
 * none of their business.
 */
final class UserRoutes {
  private UserRoutes() {}

  /** Files with routes; empty when there is no such folder. */
  static List<Path> files(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    } catch (IOException e) {
      throw new IngotException(ErrorKind.FAILED, "cannot read " + folder + ": " + e, e);
    }
  }

  /**
   * Adds the routes of a file.
   *
   * @throws IngotException INVALID when Camel does not understand it
   */
  static void load(CamelContext context, Path file) {
    try {
      Resource resource =
          PluginHelper.getResourceLoader(context).resolveResource("file:" + file.toAbsolutePath());
      PluginHelper.getRoutesLoader(context).loadRoutes(resource);
    } catch (Exception e) {
      throw new IngotException(ErrorKind.INVALID, file + ": " + e.getMessage(), e);
    }
  }
}
