package javax.xml.bind;

/**
 * Java 8 had this class, Java 11 dropped it, and the KCL still calls it while it logs an aggregate that it could not
 * take apart. Without it the call ends in NoClassDefFoundError instead of in the KCL's own error handling.
 */
public final class DatatypeConverter {
    private DatatypeConverter() {}

    public static String printBase64Binary(byte[] bytes) {
        return java.util.Base64.getEncoder().encodeToString(bytes);
    }
}
