import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509TrustManager;

/**
 * Java's TLS and PKIX as relying parties. Reads one line for each use, fields separated by tabs: the use
 * ("server", "client" or "chain"), the host in Base64, the algorithm of the key, the key (PKCS#8), the
 * root, the certificate and the intermediates, each DER in Base64; then the same of a TLS server that
 * clients call: key and certificate. Writes one line for each: why the use is refused, or nothing.
 */
public final class Verify {
  private static final int TIMEOUT_MS = 20_000;

  public static void main(String[] arguments) throws Exception {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      System.out.println(refusal(line.split("\t", -1)).replaceAll("\\s+", " "));
    }
  }

  private static String refusal(String[] fields) {
    try {
      String host = new String(decode(fields[1]), StandardCharsets.UTF_8);
      X509Certificate root = certificate(fields[4]);
      List<X509Certificate> chain = new ArrayList<>();
      for (String each : fields[5].split(",")) chain.add(certificate(each));
      if (fields[0].equals("chain")) {
        verifyPath(chain, root);
        return "";
      }
      KeyManager holder = new Holder(key(fields[2], fields[3]), chain);
      if (fields[0].equals("server")) {
        shakeHands(holder, new TrustManager[] {new TrustsAll()}, null, trusting(root), host);
      } else {
        KeyManager server = new Holder(key("EC", fields[6]), List.of(certificate(fields[7])));
        shakeHands(server, trusting(root), holder, new TrustManager[] {new TrustsAll()}, null);
      }
      return "";
    } catch (Throwable error) {
      return reasons(error);
    }
  }

  private static String reasons(Throwable error) {
    String cause = error.getCause() == null ? "" : "; " + reasons(error.getCause());
    return error + cause;
  }

  private static void verifyPath(List<X509Certificate> chain, X509Certificate root)
      throws Exception {
    var parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
    parameters.setRevocationEnabled(false);
    var path = CertificateFactory.getInstance("X.509").generateCertPath(chain);
    CertPathValidator.getInstance("PKIX").validate(path, parameters);
  }

  /** @param host the name that the server is called by; null when the server verifies the client */
  private static void shakeHands(
      KeyManager serverKey,
      TrustManager[] serverTrust,
      KeyManager clientKey,
      TrustManager[] clientTrust,
      String host)
      throws Exception {
    SSLContext serverContext = SSLContext.getInstance("TLS");
    serverContext.init(new KeyManager[] {serverKey}, serverTrust, null);
    SSLContext clientContext = SSLContext.getInstance("TLS");
    clientContext.init(
        clientKey == null ? null : new KeyManager[] {clientKey}, clientTrust, null);
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (var listener =
        (SSLServerSocket)
            serverContext.getServerSocketFactory().createServerSocket(0, 1, loopback)) {
      listener.setSoTimeout(TIMEOUT_MS);
      listener.setNeedClientAuth(host == null);
      CompletableFuture<Throwable> served = new CompletableFuture<>();
      Thread thread = new Thread(() -> served.complete(serve(listener)));
      thread.setDaemon(true);
      thread.start();
      Throwable called = call(clientContext, new Socket(loopback, listener.getLocalPort()), host);
      Throwable failure = host == null ? served.get() : called;
      if (failure != null) throw new Exception("refused", failure);
    }
  }

  private static Throwable serve(SSLServerSocket listener) {
    try (var socket = (SSLSocket) listener.accept()) {
      socket.setSoTimeout(TIMEOUT_MS);
      socket.startHandshake();
      socket.getOutputStream().write(1);
      return null;
    } catch (Throwable error) {
      return error;
    }
  }

  private static Throwable call(SSLContext context, Socket plain, String host) {
    try (var socket =
        (SSLSocket)
            context.getSocketFactory().createSocket(plain, host == null ? "server" : host, 443, true)) {
      socket.setSoTimeout(TIMEOUT_MS);
      if (host != null) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
      }
      socket.startHandshake();
      return socket.getInputStream().read() < 0 ? new Exception("closed") : null;
    } catch (Throwable error) {
      return error;
    }
  }

  private static TrustManager[] trusting(X509Certificate root) throws Exception {
    var store = java.security.KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("root", root);
    var factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static byte[] decode(String text) {
    return Base64.getDecoder().decode(text);
  }

  private static X509Certificate certificate(String base64) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(decode(base64)));
  }

  private static PrivateKey key(String algorithm, String base64) throws Exception {
    return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(decode(base64)));
  }

  /** Presents its one certificate whatever is asked for. */
  private static final class Holder extends X509ExtendedKeyManager {
    private final PrivateKey key;
    private final X509Certificate[] chain;

    Holder(PrivateKey key, List<X509Certificate> chain) {
      this.key = key;
      this.chain = chain.toArray(X509Certificate[]::new);
    }

    private String alias(String keyType) {
      return keyType.startsWith(key.getAlgorithm()) ? "holder" : null;
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
      return new String[] {"holder"};
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
      return "holder";
    }

    @Override
    public String chooseEngineClientAlias(String[] keyTypes, Principal[] issuers, SSLEngine engine) {
      return "holder";
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
      return new String[] {"holder"};
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
      return alias(keyType);
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
      return alias(keyType);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return chain;
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return key;
    }
  }

  /** The side that is not under test. */
  private static final class TrustsAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
