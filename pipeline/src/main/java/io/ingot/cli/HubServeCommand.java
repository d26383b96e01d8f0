package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.hub.server.EmbeddedHub;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ingot hub serve DIR}. */
@Command(
    name = "serve",
    description = {
      "Serves the folders DIR/ORG/NAME (models) and DIR/datasets/ORG/NAME as a Hub that",
      "huggingface_hub can talk to, and keeps what is pushed. Prints its URL; stops on SIGTERM."
    })
final class HubServeCommand extends IngotCommand {
  @Parameters(paramLabel = "DIR", description = "The folder to serve.")
  Path folder = Path.of("");

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "The port (default: a free one).")
  int port;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "The address to listen on (default: 127.0.0.1).")
  String host = "127.0.0.1";

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description = "What writing and private repositories ask for.")
  @Nullable String token;

  @Override
  public Integer call() throws InterruptedException {
    if (port < 0 || port > 65535) {
      throw IngotException.usage("--port " + port + " is no port; expected 0 to 65535");
    }
    if (token != null && token.isBlank()) {
      throw IngotException.usage("--token is empty; leave it out for an open Hub");
    }
    InetAddress address = address();
    if (token == null && !address.isLoopbackAddress()) {
      console().warn("everybody who reaches " + host + " can write; --token TOKEN forbids it");
    }
    Path served = folder.toAbsolutePath().normalize();
    try (EmbeddedHub hub =
        EmbeddedHub.start(
            served,
            EmbeddedHub.store(home().hubs(), served),
            address,
            port,
            Optional.ofNullable(token))) {
      Thread closer = new Thread(hub::close, "hub-close");
      Runtime.getRuntime().addShutdownHook(closer);
      if (json()) {
        console().result(Map.of("url", hub.uri().toString()));
      } else {
        console().result(hub.uri().toString());
      }
      console()
          .note(
              "serving "
                  + served
                  + "; stop with Ctrl-C. huggingface_hub uploads to it with HF_HUB_DISABLE_XET=1");
      new CountDownLatch(1).await();
    }
    return 0;
  }

  private InetAddress address() {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw IngotException.usage("--host " + host + " is no address of this machine");
    }
  }
}
