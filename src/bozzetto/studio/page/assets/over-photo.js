import{C as e,Dt as t,Sn as n,U as r,V as i,_t as a,en as o,ln as s,un as c}from"./renderer.js";var l=`
in vec3 position;
out vec2 place;
void main() {
  place = position.xy * 0.5 + 0.5;
  gl_Position = vec4(position.xy, 0.0, 1.0);
}`,u=`
precision highp float;
uniform sampler2D model;
uniform sampler2D photo;
uniform sampler2D mask;
uniform float opacity;
uniform bool difference;
in vec2 place;
out vec4 color;
vec3 display(vec3 c) {
  return mix(1.055 * pow(c, vec3(1.0 / 2.4)) - 0.055, 12.92 * c, vec3(lessThanEqual(c, vec3(0.0031308))));
}
void main() {
  vec4 drawn = texture(model, place);
  vec3 seen = texture(photo, place).rgb;
  vec3 solid = drawn.a > 0.0 ? drawn.rgb / drawn.a : drawn.rgb;
  vec3 mixed = mix(seen, solid, drawn.a * opacity);
  if (difference) {
    float wanted = texture(mask, place).r;
    float both = min(drawn.a, wanted);
    float only = drawn.a - both;
    float lost = wanted - both;
    vec3 grey = vec3(dot(seen, vec3(0.21, 0.72, 0.07))) * 0.35;
    mixed = mix(grey, vec3(0.05, 0.32, 0.16) + grey, both);
    mixed = mix(mixed, vec3(0.85, 0.10, 0.06), only);
    mixed = mix(mixed, vec3(0.08, 0.28, 0.95), lost);
  }
  color = vec4(display(clamp(mixed, 0.0, 1.0)), 1.0);
}`,d=class{scene=new c;camera=new t;material=new o({glslVersion:r,vertexShader:l,fragmentShader:u,depthTest:!1,uniforms:{model:{value:null},photo:{value:null},mask:{value:null},opacity:{value:.6},difference:{value:!1}}});constructor(){let t=new e;t.setAttribute(`position`,new i([-1,-1,0,3,-1,0,-1,3,0],3));let n=new a(t,this.material);n.frustumCulled=!1,this.scene.add(n)}set(e,t){let{uniforms:n}=this.material;n.model.value=e.texture,n.photo.value=t.photo,n.mask.value=t.mask,n.opacity.value=t.opacity,n.difference.value=t.difference,this.material.uniformsNeedUpdate=!0}dispose(){this.material.dispose()}};async function f(e,{color:t}){let r=await new n().loadAsync(e);return t&&(r.colorSpace=s),r}export{f as n,d as t};