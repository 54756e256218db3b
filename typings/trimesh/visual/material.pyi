class Material:
    name: str | None

class SimpleMaterial(Material):
    image: object

class PBRMaterial(Material):
    baseColorTexture: object
    metallicRoughnessTexture: object
    normalTexture: object
    occlusionTexture: object
    emissiveTexture: object
